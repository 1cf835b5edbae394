// What a look into this process wants of C.
#ifndef CPROBES_H
#define CPROBES_H

#include <stdbool.h>
#include <stddef.h>

/// Runs the body. callgrind is told this function's name, and counts nothing outside of it.
void CProbes_counted(void (*body)(void *argument), void *argument);

/// Gives back what is free, and tells how many bytes of the heap are handed out. False where the C
/// library does not tell.
bool CProbes_heap(size_t *bytes);

#endif
