#include <stdint.h>

/// Tells libFuzzer that an input got somewhere; what was never reached before makes it worth keeping.
void reach_landmark(uint64_t landmark);
