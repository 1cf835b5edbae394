#include "CProbes.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

__attribute__((noinline)) void CProbes_counted(void (*body)(void *argument), void *argument) {
  body(argument);
  // Else the body would be jumped to, and this function left before it begins.
  __asm__ volatile("" ::: "memory");
}

bool CProbes_heap(size_t *bytes) {
#ifdef __GLIBC__
  malloc_trim(0);
  struct mallinfo2 heap = mallinfo2();
  *bytes = heap.uordblks + heap.hblkhd;
  return true;
#else
  return false;
#endif
}
