// A key here is its public half, which answers every question, and a function that signs. The private
// half is never exported: libssl would sign with what it gets instead of asking this provider.

#include "CProviders.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <string.h>

#define PROVIDER "memory-tls"
#define PROPERTIES "provider=" PROVIDER
#define HALVES "memory-tls-halves"

typedef struct {
  EVP_PKEY *publicKey;
  struct CProviders_Signer signer;
} Key;

// MARK: Keys (provider-keymgmt(7))

static void *key_new(void *provider) { return OPENSSL_zalloc(sizeof(Key)); }

static void key_free(void *data) {
  Key *key = data;
  if (key == NULL) return;
  if (key->signer.release != NULL) key->signer.release(key->signer.owner);
  EVP_PKEY_free(key->publicKey);
  OPENSSL_free(key);
}

static int key_has(const void *data, int selection) { return ((const Key *)data)->publicKey != NULL; }

static int key_match(const void *one, const void *other, int selection) {
  return EVP_PKEY_eq(((const Key *)one)->publicKey, ((const Key *)other)->publicKey) == 1;
}

static const OSSL_PARAM *key_types(int selection) {
  static const OSSL_PARAM types[] = {OSSL_PARAM_octet_ptr(HALVES, NULL, 0), OSSL_PARAM_END};
  return types;
}

/// Takes both halves out of what CProviders_key put in, which may not be had twice.
static int key_import(void *data, int selection, const OSSL_PARAM parameters[]) {
  const OSSL_PARAM *parameter = OSSL_PARAM_locate_const(parameters, HALVES);
  const void *halves = NULL;
  size_t size = 0;
  if (parameter == NULL || !OSSL_PARAM_get_octet_ptr(parameter, &halves, &size)) return 0;
  Key *from = (Key *)halves, *to = data;
  *to = *from;
  memset(from, 0, sizeof(*from));
  return 1;
}

static int key_export(void *data, int selection, OSSL_CALLBACK *callback, void *argument) {
  if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) return 0;
  return EVP_PKEY_export(((Key *)data)->publicKey, selection, callback, argument);
}

static int key_get(void *data, OSSL_PARAM parameters[]) { return EVP_PKEY_get_params(((Key *)data)->publicKey, parameters); }

static const OSSL_PARAM *key_gettable(void *provider) {
  static const OSSL_PARAM parameters[] = {
      OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
      OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
      OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL, 0),
      OSSL_PARAM_END};
  return parameters;
}

static const char *ec_operation(int operation) { return "ECDSA"; }
static const char *rsa_operation(int operation) { return "RSA"; }
static const char *ed25519_operation(int operation) { return "ED25519"; }

#define FUNCTION(number, function) {number, (void (*)(void))function}
#define KEYS(table, operation) \
  static const OSSL_DISPATCH table[] = { \
      FUNCTION(OSSL_FUNC_KEYMGMT_NEW, key_new), \
      FUNCTION(OSSL_FUNC_KEYMGMT_FREE, key_free), \
      FUNCTION(OSSL_FUNC_KEYMGMT_HAS, key_has), \
      FUNCTION(OSSL_FUNC_KEYMGMT_MATCH, key_match), \
      FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, key_import), \
      FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_types), \
      FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT, key_export), \
      FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, key_types), \
      FUNCTION(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get), \
      FUNCTION(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable), \
      FUNCTION(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, operation), \
      {0, NULL}}

KEYS(ec_keys, ec_operation);
KEYS(rsa_keys, rsa_operation);
KEYS(ed25519_keys, ed25519_operation);

// MARK: Signatures (provider-signature(7))

typedef struct {
  Key *key;
  char digest[32];
  int isPSS;
} Signing;

static void *signing_new(void *provider, const char *properties) { return OPENSSL_zalloc(sizeof(Signing)); }

static void signing_free(void *data) { OPENSSL_free(data); }

/// The salt is as long as the digest (RFC 8446 §4.2.3), or there is no scheme for it.
static int signing_set(void *data, const OSSL_PARAM parameters[]) {
  Signing *signing = data;
  const OSSL_PARAM *mode = OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_PAD_MODE);
  const OSSL_PARAM *salt = OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
  int number = 0;
  if (mode != NULL && mode->data_type == OSSL_PARAM_UTF8_STRING)
    signing->isPSS = strcmp(mode->data, OSSL_PKEY_RSA_PAD_MODE_PSS) == 0;
  else if (mode != NULL && OSSL_PARAM_get_int(mode, &number))
    signing->isPSS = number == RSA_PKCS1_PSS_PADDING;
  if (salt == NULL) return 1;
  if (salt->data_type == OSSL_PARAM_UTF8_STRING) return strcmp(salt->data, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST) == 0;
  return OSSL_PARAM_get_int(salt, &number) && number == RSA_PSS_SALTLEN_DIGEST;
}

static const OSSL_PARAM *signing_settable(void *data, void *provider) {
  static const OSSL_PARAM parameters[] = {
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
      OSSL_PARAM_END};
  return parameters;
}

static int signing_init(void *data, const char *digest, void *key, const OSSL_PARAM parameters[]) {
  Signing *signing = data;
  signing->key = key;
  if (digest != NULL && OPENSSL_strlcpy(signing->digest, digest, sizeof(signing->digest)) >= sizeof(signing->digest)) return 0;
  return parameters == NULL || signing_set(signing, parameters);
}

static int signing_sign(void *data, unsigned char *signature, size_t *length, size_t size, const unsigned char *message, size_t count) {
  Signing *signing = data;
  Key *key = signing->key;
  size_t room = (size_t)EVP_PKEY_get_size(key->publicKey);
  *length = signature == NULL || room < size ? room : size;
  if (signature == NULL) return 1;
  return key->signer.sign(key->signer.owner, signing->digest, signing->isPSS, message, count, signature, length);
}

static const OSSL_DISPATCH signatures[] = {
    FUNCTION(OSSL_FUNC_SIGNATURE_NEWCTX, signing_new),
    FUNCTION(OSSL_FUNC_SIGNATURE_FREECTX, signing_free),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, signing_init),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, signing_sign),
    FUNCTION(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, signing_set),
    FUNCTION(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, signing_settable),
    {0, NULL}};

// MARK: The provider (provider-base(7))

static const OSSL_ALGORITHM *query(void *provider, int operation, int *isVolatile) {
  static const OSSL_ALGORITHM keys[] = {
      {"EC:id-ecPublicKey:1.2.840.10045.2.1", PROPERTIES, ec_keys, ""},
      {"RSA:rsaEncryption:1.2.840.113549.1.1.1", PROPERTIES, rsa_keys, ""},
      {"ED25519:1.3.101.112", PROPERTIES, ed25519_keys, ""},
      {NULL, NULL, NULL, NULL}};
  static const OSSL_ALGORITHM signing[] = {
      {"ECDSA", PROPERTIES, signatures, ""},
      {"RSA:rsaEncryption:1.2.840.113549.1.1.1", PROPERTIES, signatures, ""},
      {"ED25519:1.3.101.112", PROPERTIES, signatures, ""},
      {NULL, NULL, NULL, NULL}};
  *isVolatile = 0;
  switch (operation) {
    case OSSL_OP_KEYMGMT: return keys;
    case OSSL_OP_SIGNATURE: return signing;
    default: return NULL;
  }
}

static int start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core, const OSSL_DISPATCH **functions, void **provider) {
  static const OSSL_DISPATCH provided[] = {FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query), {0, NULL}};
  *functions = provided;
  *provider = (void *)handle;
  return 1;
}

int CProviders_load(OSSL_LIB_CTX *context) {
  return OSSL_PROVIDER_add_builtin(context, PROVIDER, start) && OSSL_PROVIDER_load(context, PROVIDER) != NULL;
}

EVP_PKEY *CProviders_key(OSSL_LIB_CTX *context, EVP_PKEY *publicKey, struct CProviders_Signer signer) {
  Key *halves = key_new(NULL);
  EVP_PKEY *key = NULL;
  if (halves == NULL || !EVP_PKEY_up_ref(publicKey)) {
    signer.release(signer.owner);
    OPENSSL_free(halves);
    return NULL;
  }
  *halves = (Key){publicKey, signer};
  void *pointer = halves;
  OSSL_PARAM parameters[] = {OSSL_PARAM_octet_ptr(HALVES, &pointer, sizeof(*halves)), OSSL_PARAM_END};
  EVP_PKEY_CTX *making = EVP_PKEY_CTX_new_from_name(context, EVP_PKEY_get0_type_name(publicKey), PROPERTIES);
  if (making != NULL && EVP_PKEY_fromdata_init(making) == 1)
    EVP_PKEY_fromdata(making, &key, EVP_PKEY_KEYPAIR, parameters);
  EVP_PKEY_CTX_free(making);
  key_free(halves);
  return key;
}

// MARK: Whose call is running

static _Thread_local void *current;

void *CProviders_current(void) { return current; }
void *CProviders_exchange_current(void *now) {
  void *before = current;
  current = now;
  return before;
}
