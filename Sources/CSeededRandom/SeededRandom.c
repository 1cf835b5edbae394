// The stream is ChaCha20's (RFC 8439 §2.4): the key is the seed as 8 little-endian bytes and 24 zeros,
// the nonce is 0, and the blocks count from 0. Seed 0 gives the test vectors of RFC 8439 §A.1.
//
// All of OpenSSL's generators in a library context, of every thread, draw from one stream behind one
// lock; none has a state of its own. They can come and go, and a request takes exactly its bytes.

#include "CSeededRandom.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <string.h>

#define NAME "MEMORY-TLS-SEEDED"
#define PROVIDER "memory-tls-seeded"
#define SEED "memory-tls-seed"
#define POSITION "memory-tls-position"

typedef struct {
  CRYPTO_RWLOCK *lock;
  struct CSeededRandom_Stream stream;
} Generator;

// MARK: ChaCha20 (RFC 8439 §2.3)

static uint32_t rotated(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

static void quarter_round(uint32_t *x, int a, int b, int c, int d) {
  x[a] += x[b], x[d] = rotated(x[d] ^ x[a], 16);
  x[c] += x[d], x[b] = rotated(x[b] ^ x[c], 12);
  x[a] += x[b], x[d] = rotated(x[d] ^ x[a], 8);
  x[c] += x[d], x[b] = rotated(x[b] ^ x[c], 7);
}

/// The block counter runs on into the nonce's first word, so that the stream does not repeat.
static void make_block(uint64_t seed, uint64_t number, unsigned char block[64]) {
  uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, (uint32_t)seed, (uint32_t)(seed >> 32)}, x[16];
  start[12] = (uint32_t)number, start[13] = (uint32_t)(number >> 32);
  memcpy(x, start, sizeof(x));
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < 4; i++) quarter_round(x, i, 4 + i, 8 + i, 12 + i);
    for (int i = 0; i < 4; i++) quarter_round(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }
  for (int i = 0; i < 64; i++) block[i] = (unsigned char)((x[i / 4] + start[i / 4]) >> 8 * (i % 4));
}

void CSeededRandom_draw(struct CSeededRandom_Stream *stream, unsigned char *bytes, size_t count) {
  unsigned char block[64];
  for (size_t i = 0; i < count; i++, stream->drawn++) {
    if (i == 0 || stream->drawn % 64 == 0) make_block(stream->seed, stream->drawn / 64, block);
    bytes[i] = block[stream->drawn % 64];
  }
}

// MARK: A generator (provider-rand(7))

static void *rand_new(void *provider, void *parent, const OSSL_DISPATCH *calls) { return provider; }
static void rand_free(void *rand) {}
static int rand_start(void *rand, unsigned int strength, int resistance, const unsigned char *text, size_t count, const OSSL_PARAM parameters[]) { return 1; }
static int rand_stop(void *rand) { return 1; }
static int rand_lock(void *rand) { return 1; }
static void rand_unlock(void *rand) {}

static int rand_generate(void *rand, unsigned char *out, size_t count, unsigned int strength, int resistance, const unsigned char *more, size_t moreCount) {
  Generator *generator = rand;
  if (!CRYPTO_THREAD_write_lock(generator->lock)) return 0;
  CSeededRandom_draw(&generator->stream, out, count);
  return CRYPTO_THREAD_unlock(generator->lock);
}

static int rand_get(void *rand, OSSL_PARAM parameters[]) {
  OSSL_PARAM *state = OSSL_PARAM_locate(parameters, OSSL_RAND_PARAM_STATE);
  OSSL_PARAM *strength = OSSL_PARAM_locate(parameters, OSSL_RAND_PARAM_STRENGTH);
  OSSL_PARAM *most = OSSL_PARAM_locate(parameters, OSSL_RAND_PARAM_MAX_REQUEST);
  return (state == NULL || OSSL_PARAM_set_int(state, EVP_RAND_STATE_READY)) &&
         (strength == NULL || OSSL_PARAM_set_uint(strength, 256)) &&
         (most == NULL || OSSL_PARAM_set_size_t(most, INT32_MAX));
}

static const OSSL_PARAM *rand_gettable(void *rand, void *provider) {
  static const OSSL_PARAM parameters[] = {
      OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
      OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
      OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL),
      OSSL_PARAM_END};
  return parameters;
}

static int rand_set(void *rand, const OSSL_PARAM parameters[]) {
  Generator *generator = rand;
  const OSSL_PARAM *seed = OSSL_PARAM_locate_const(parameters, SEED);
  const OSSL_PARAM *position = OSSL_PARAM_locate_const(parameters, POSITION);
  if (!CRYPTO_THREAD_write_lock(generator->lock)) return 0;
  int isSet = (seed == NULL || OSSL_PARAM_get_uint64(seed, &generator->stream.seed)) &&
              (position == NULL || OSSL_PARAM_get_uint64(position, &generator->stream.drawn));
  return CRYPTO_THREAD_unlock(generator->lock) && isSet;
}

static const OSSL_PARAM *rand_settable(void *rand, void *provider) {
  static const OSSL_PARAM parameters[] = {OSSL_PARAM_uint64(SEED, NULL), OSSL_PARAM_uint64(POSITION, NULL), OSSL_PARAM_END};
  return parameters;
}

#define FUNCTION(number, function) {number, (void (*)(void))function}

static const OSSL_DISPATCH functions[] = {
    FUNCTION(OSSL_FUNC_RAND_NEWCTX, rand_new),
    FUNCTION(OSSL_FUNC_RAND_FREECTX, rand_free),
    FUNCTION(OSSL_FUNC_RAND_INSTANTIATE, rand_start),
    FUNCTION(OSSL_FUNC_RAND_UNINSTANTIATE, rand_stop),
    FUNCTION(OSSL_FUNC_RAND_GENERATE, rand_generate),
    FUNCTION(OSSL_FUNC_RAND_ENABLE_LOCKING, rand_lock),
    FUNCTION(OSSL_FUNC_RAND_LOCK, rand_lock),
    FUNCTION(OSSL_FUNC_RAND_UNLOCK, rand_unlock),
    FUNCTION(OSSL_FUNC_RAND_GET_CTX_PARAMS, rand_get),
    FUNCTION(OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, rand_gettable),
    FUNCTION(OSSL_FUNC_RAND_SET_CTX_PARAMS, rand_set),
    FUNCTION(OSSL_FUNC_RAND_SETTABLE_CTX_PARAMS, rand_settable),
    {0, NULL}};

// MARK: The provider (provider-base(7))

static const OSSL_ALGORITHM *query(void *provider, int operation, int *isVolatile) {
  static const OSSL_ALGORITHM generators[] = {{NAME, "provider=" PROVIDER, functions, ""}, {NULL, NULL, NULL, NULL}};
  *isVolatile = 0;
  return operation == OSSL_OP_RAND ? generators : NULL;
}

static void stop(void *provider) {
  Generator *generator = provider;
  CRYPTO_THREAD_lock_free(generator->lock);
  OPENSSL_free(generator);
}

static int start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core, const OSSL_DISPATCH **provided, void **provider) {
  static const OSSL_DISPATCH table[] = {
      FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query), FUNCTION(OSSL_FUNC_PROVIDER_TEARDOWN, stop), {0, NULL}};
  Generator *generator = OPENSSL_zalloc(sizeof(*generator));
  if (generator == NULL || (generator->lock = CRYPTO_THREAD_lock_new()) == NULL) {
    OPENSSL_free(generator);
    return 0;
  }
  *provided = table;
  *provider = generator;
  return 1;
}

OSSL_PROVIDER *CSeededRandom_install(OSSL_LIB_CTX *context, uint64_t seed) {
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_uint64(SEED, &seed), OSSL_PARAM_construct_end()};
  if (!OSSL_PROVIDER_add_builtin(context, PROVIDER, start) || !RAND_set_DRBG_type(context, NAME, NULL, NULL, NULL)) return NULL;
  // It keeps the default provider, which is loaded as long as no other was asked for.
  OSSL_PROVIDER *provider = OSSL_PROVIDER_try_load(context, PROVIDER, 1);
  if (provider != NULL && EVP_RAND_CTX_set_params(RAND_get0_primary(context), parameters)) return provider;
  OSSL_PROVIDER_unload(provider);
  return NULL;
}

int CSeededRandom_move(OSSL_LIB_CTX *context, uint64_t position) {
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_uint64(POSITION, &position), OSSL_PARAM_construct_end()};
  return EVP_RAND_CTX_set_params(RAND_get0_primary(context), parameters);
}
