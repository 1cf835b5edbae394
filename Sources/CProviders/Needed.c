// Whenever a key is decoded, as that of each certificate of a peer is, OpenSSL looks through everything
// that the library context has. The library context here has one provider, whose tables are those of
// OpenSSL's default provider without what TLS has no use for. They work as they are, because their
// functions are called with the default provider's own context: what they need themselves (the digest of
// a signature, the cipher of a generator) they find in its library context, where everything is.

#include "CProviders.h"

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <string.h>
#include <strings.h>

#define PROVIDER "memory-tls-needed"
#define FUNCTION(number, function) {number, (void (*)(void))function}

// MARK: What TLS needs

/// Of all suites that libssl knows; which are used a configuration says. libssl seals tickets with
/// AES-256-CBC as well, and runs suites with CBC faster with ciphers that include their HMAC.
static const char *const suites[] = {
    "AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305", "AES-128-CCM", "AES-256-CCM",
    "AES-128-CBC", "AES-256-CBC", "AES-128-CBC-HMAC-SHA1", "AES-256-CBC-HMAC-SHA1",
    "AES-128-CBC-HMAC-SHA256", "AES-256-CBC-HMAC-SHA256", "DES-EDE3-CBC", "ARIA-128-GCM",
    "ARIA-256-GCM", "CAMELLIA-128-CBC", "CAMELLIA-256-CBC", "NULL", NULL};

/// Tickets, and Finished messages of TLS 1.3.
static const char *const authentication[] = {"HMAC", NULL};

/// The key schedules of TLS 1.2 and 1.3.
static const char *const schedules[] = {"TLS1-PRF", "TLS13-KDF", NULL};

/// What a library context makes its generators of random bytes of.
static const char *const generators[] = {"CTR-DRBG", "SEED-SRC", NULL};

/// A server's key by which premasters are encrypted (TLS 1.2).
static const char *const encryption[] = {"RSA", NULL};

/// What OpenSSL treats as keys, and TLS has not: derivations, and all authentication but HMAC, which
/// records with CBC and the binders of pre-shared keys have. And SM2's: they go by the name of EC keys, so
/// that each of those would be decoded as one of these first (4 % of a handshake). All others are keys of
/// certificates or of key exchange.
static const char *const oddKeys[] = {"TLS1-PRF", "HKDF", "SCRYPT", "SIPHASH", "POLY1305", "CMAC", "DHX", "SM2", NULL};

/// Public keys that cannot sign, so that a certificate with one is refused anyway; SM2's, as above; and
/// what leads to the others if nobody knows the type.
static const char *const mute[] = {"DH", "DHX", "X25519", "X448", "SM2", "DER", NULL};

static const char *const none[] = {NULL};

// Who would be asked for an algorithm in the process's library context; nobody is NULL.
#define PROVIDER_OF(type) \
  static const OSSL_PROVIDER *providerOf_##type(const char *name, const char *properties) { \
    type *algorithm = type##_fetch(NULL, name, properties); \
    const OSSL_PROVIDER *provider = algorithm == NULL ? NULL : type##_get0_provider(algorithm); \
    type##_free(algorithm); \
    return provider; \
  }

PROVIDER_OF(EVP_MD)
PROVIDER_OF(EVP_CIPHER)
PROVIDER_OF(EVP_MAC)
PROVIDER_OF(EVP_KDF)
PROVIDER_OF(EVP_RAND)
PROVIDER_OF(EVP_KEYMGMT)
PROVIDER_OF(EVP_KEYEXCH)
PROVIDER_OF(EVP_SIGNATURE)
PROVIDER_OF(EVP_ASYM_CIPHER)
PROVIDER_OF(EVP_KEM)
PROVIDER_OF(OSSL_DECODER)

enum rule { ONLY, ALL_BUT };

/// What there is of an operation.
typedef struct {
  int operation;
  enum rule rule;
  const char *const *names;
  /// What its properties have to say.
  const char *property;
  const OSSL_PROVIDER *(*provider)(const char *name, const char *properties);
  /// In the end NULL: filled by `choose`, and never changed after that.
  OSSL_ALGORITHM *found;
} Choice;

/// Chains may be signed with any digest and any of these keys, and later versions of OpenSSL have more.
static Choice choices[] = {
    {OSSL_OP_DIGEST, ALL_BUT, none, "", providerOf_EVP_MD},
    {OSSL_OP_CIPHER, ONLY, suites, "", providerOf_EVP_CIPHER},
    {OSSL_OP_MAC, ONLY, authentication, "", providerOf_EVP_MAC},
    {OSSL_OP_KDF, ONLY, schedules, "", providerOf_EVP_KDF},
    {OSSL_OP_RAND, ONLY, generators, "", providerOf_EVP_RAND},
    {OSSL_OP_KEYMGMT, ALL_BUT, oddKeys, "", providerOf_EVP_KEYMGMT},
    {OSSL_OP_KEYEXCH, ALL_BUT, oddKeys, "", providerOf_EVP_KEYEXCH},
    {OSSL_OP_SIGNATURE, ALL_BUT, oddKeys, "", providerOf_EVP_SIGNATURE},
    {OSSL_OP_ASYM_CIPHER, ONLY, encryption, "", providerOf_EVP_ASYM_CIPHER},
    {OSSL_OP_KEM, ALL_BUT, encryption, "", providerOf_EVP_KEM},
    {OSSL_OP_DECODER, ALL_BUT, mute, "structure=SubjectPublicKeyInfo", providerOf_OSSL_DECODER},
    {0}};

// MARK: Taking it from the default provider

/// Whether a colon-separated list has one of these names.
static int has(const char *list, const char *const *names) {
  for (; *names != NULL; names++) {
    size_t count = strlen(*names);
    for (const char *at = list; at != NULL; at = strchr(at, ':')) {
      if (*at == ':') at++;
      if (strcspn(at, ":") == count && strncasecmp(at, *names, count) == 0) return 1;
    }
  }
  return 0;
}

static int isWanted(const OSSL_ALGORITHM *algorithm, const Choice *choice) {
  return has(algorithm->algorithm_names, choice->names) == (choice->rule == ONLY)
      && strstr(algorithm->property_definition, choice->property) != NULL;
}

static int choose(const OSSL_PROVIDER *from) {
  for (Choice *choice = choices; choice->names != NULL; choice++) {
    int isVolatile = 0;
    size_t count = 0, room = 1;
    const OSSL_ALGORITHM *offered = OSSL_PROVIDER_query_operation(from, choice->operation, &isVolatile);
    if (offered == NULL) continue;
    for (const OSSL_ALGORITHM *each = offered; each->algorithm_names != NULL; each++) room++;
    choice->found = OPENSSL_zalloc(room * sizeof(*offered));
    if (choice->found == NULL) return 0;
    for (; offered->algorithm_names != NULL; offered++)
      if (isWanted(offered, choice)) choice->found[count++] = *offered;
  }
  return 1;
}

// MARK: The provider (provider-base(7))

/// Of a library context of its own; never unloaded.
static OSSL_PROVIDER *whole;

static const OSSL_ALGORITHM *query(void *provider, int operation, int *isVolatile) {
  *isVolatile = 0;
  for (const Choice *choice = choices; choice->names != NULL; choice++)
    if (choice->operation == operation) return choice->found;
  return NULL;
}

/// Of all groups: libssl takes those whose keys are here.
static int capabilities(void *provider, const char *capability, OSSL_CALLBACK *callback, void *argument) {
  return OSSL_PROVIDER_get_capabilities(whole, capability, callback, argument);
}

static int start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core, const OSSL_DISPATCH **functions, void **provider) {
  static const OSSL_DISPATCH provided[] = {
      FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
      FUNCTION(OSSL_FUNC_PROVIDER_GET_CAPABILITIES, capabilities),
      {0, NULL}};
  *functions = provided;
  *provider = OSSL_PROVIDER_get0_provider_ctx(whole);
  return 1;
}

OSSL_LIB_CTX *CProviders_needed(void) {
  OSSL_LIB_CTX *source = OSSL_LIB_CTX_new(), *context = OSSL_LIB_CTX_new();
  if (source == NULL || context == NULL) return NULL;
  whole = OSSL_PROVIDER_load(source, "default");
  if (whole == NULL || !choose(whole)) return NULL;
  if (!OSSL_PROVIDER_add_builtin(context, PROVIDER, start)) return NULL;
  return OSSL_PROVIDER_load(context, PROVIDER) == NULL ? NULL : context;
}

// MARK: What the process would take

/// The legacy provider has a digest as well that is in the default one.
static int isOpenSSLs(const OSSL_PROVIDER *provider) {
  const char *name = provider == NULL ? "" : OSSL_PROVIDER_get0_name(provider);
  return strcmp(name, "default") == 0 || strcmp(name, "legacy") == 0;
}

int CProviders_isNeededElsewhere(const char **name) {
  for (const Choice *choice = choices; choice->names != NULL; choice++) {
    for (const OSSL_ALGORITHM *each = choice->found; each != NULL && each->algorithm_names != NULL; each++) {
      char first[64] = "";
      size_t count = strcspn(each->algorithm_names, ":");
      if (count < sizeof(first)) memcpy(first, each->algorithm_names, count);
      *name = each->algorithm_names;
      if (!isOpenSSLs(choice->provider(first, choice->property))) return 1;
    }
  }
  return 0;
}
