// A predictable generator of random bytes as an OpenSSL provider. For tests: whoever knows the seed
// knows every key.
// No OpenSSL header is included: Swift would import its names a second time.
#ifndef CSEEDEDRANDOM_H
#define CSEEDEDRANDOM_H

#include <stddef.h>
#include <stdint.h>

struct ossl_lib_ctx_st;
struct ossl_provider_st;

/// Gives a library context that has drawn nothing yet this generator, beside OpenSSL's default
/// provider. Answers what is to be unloaded before the context is freed, or NULL with the error queue
/// filled.
struct ossl_provider_st *CSeededRandom_install(struct ossl_lib_ctx_st *context, uint64_t seed);

/// Moves such a library context to where so many bytes were drawn; answers 1, or 0.
int CSeededRandom_move(struct ossl_lib_ctx_st *context, uint64_t position);

/// A stream, and how many of its bytes were drawn.
struct CSeededRandom_Stream {
  uint64_t seed;
  uint64_t drawn;
};

/// Draws the next bytes of a stream.
void CSeededRandom_draw(struct CSeededRandom_Stream *stream, unsigned char *bytes, size_t count);

#endif
