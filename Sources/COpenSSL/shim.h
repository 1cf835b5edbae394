// What Swift cannot import from OpenSSL: macros, variadic functions, and what differs by version.
// One line each; no policy, no memory.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "OpenSSL 3.0 or later is needed (Debian: libssl-dev, Homebrew: openssl@3)"
#endif

// BIO

static inline int COpenSSL_BIO_shutdown_wr(BIO *bio) { return (int)BIO_shutdown_wr(bio); }
static inline int COpenSSL_BIO_destroy_bio_pair(BIO *bio) { return (int)BIO_destroy_bio_pair(bio); }
static inline int COpenSSL_BIO_make_bio_pair(BIO *bio, BIO *other) { return (int)BIO_make_bio_pair(bio, other); }
static inline int COpenSSL_BIO_set_write_buf_size(BIO *bio, size_t bytes) { return (int)BIO_set_write_buf_size(bio, bytes); }
static inline long COpenSSL_BIO_set_mem_eof_return(BIO *bio, int value) { return BIO_set_mem_eof_return(bio, value); }
static inline long COpenSSL_BIO_get_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

// SSL_CTX

static inline int COpenSSL_SSL_CTX_set_min_proto_version(SSL_CTX *ctx, int version) { return (int)SSL_CTX_set_min_proto_version(ctx, version); }
static inline int COpenSSL_SSL_CTX_set_max_proto_version(SSL_CTX *ctx, int version) { return (int)SSL_CTX_set_max_proto_version(ctx, version); }
static inline int COpenSSL_SSL_CTX_set1_groups_list(SSL_CTX *ctx, const char *list) { return (int)SSL_CTX_set1_groups_list(ctx, list); }
static inline int COpenSSL_SSL_CTX_set1_sigalgs_list(SSL_CTX *ctx, const char *list) { return (int)SSL_CTX_set1_sigalgs_list(ctx, list); }
static inline int COpenSSL_SSL_CTX_set_max_send_fragment(SSL_CTX *ctx, long bytes) { return (int)SSL_CTX_set_max_send_fragment(ctx, bytes); }
static inline long COpenSSL_SSL_CTX_set_max_cert_list(SSL_CTX *ctx, long bytes) { return SSL_CTX_set_max_cert_list(ctx, bytes); }
static inline long COpenSSL_SSL_CTX_set_mode(SSL_CTX *ctx, long mode) { return SSL_CTX_set_mode(ctx, mode); }
static inline long COpenSSL_SSL_CTX_set_session_cache_mode(SSL_CTX *ctx, long mode) { return SSL_CTX_set_session_cache_mode(ctx, mode); }
static inline long COpenSSL_SSL_CTX_set_tlsext_status_cb(SSL_CTX *ctx, int (*callback)(SSL *, void *)) { return SSL_CTX_set_tlsext_status_cb(ctx, callback); }
static inline long COpenSSL_SSL_CTX_set_tlsext_status_arg(SSL_CTX *ctx, void *argument) { return SSL_CTX_set_tlsext_status_arg(ctx, argument); }
static inline long COpenSSL_SSL_CTX_set_tlsext_status_type(SSL_CTX *ctx, int type) { return SSL_CTX_set_tlsext_status_type(ctx, type); }

static const uint64_t COpenSSL_SSL_OP_NO_TICKET = SSL_OP_NO_TICKET;
static const uint64_t COpenSSL_SSL_OP_NO_ANTI_REPLAY = SSL_OP_NO_ANTI_REPLAY;
static const uint64_t COpenSSL_SSL_OP_NO_EXTENDED_MASTER_SECRET = SSL_OP_NO_EXTENDED_MASTER_SECRET;
static const uint64_t COpenSSL_SSL_OP_ALLOW_CLIENT_RENEGOTIATION = SSL_OP_ALLOW_CLIENT_RENEGOTIATION;
static const uint64_t COpenSSL_SSL_OP_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t COpenSSL_SSL_OP_IGNORE_UNEXPECTED_EOF = SSL_OP_IGNORE_UNEXPECTED_EOF;
static const uint64_t COpenSSL_SSL_OP_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
static const uint64_t COpenSSL_SSL_OP_CIPHER_SERVER_PREFERENCE = SSL_OP_CIPHER_SERVER_PREFERENCE;
static const uint64_t COpenSSL_SSL_OP_PRIORITIZE_CHACHA = SSL_OP_PRIORITIZE_CHACHA;

static const long COpenSSL_SSL_MODES = SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY | SSL_MODE_NO_AUTO_CHAIN;

// Keys of tickets

static inline int COpenSSL_EVP_MAC_init_sha256(EVP_MAC_CTX *mac, const unsigned char *key, size_t count) { OSSL_PARAM digest[] = {OSSL_PARAM_construct_utf8_string("digest", (char *)"SHA256", 0), OSSL_PARAM_construct_end()}; return EVP_MAC_init(mac, key, count, digest); }

// SSL

static inline int COpenSSL_SSL_set_tlsext_host_name(SSL *ssl, const char *name) { return (int)SSL_set_tlsext_host_name(ssl, name); }
static inline int COpenSSL_SSL_set_retry_verify(SSL *ssl) { return (int)SSL_set_retry_verify(ssl); }
static inline long COpenSSL_SSL_get_max_cert_list(SSL *ssl) { return SSL_get_max_cert_list(ssl); }
static inline int COpenSSL_SSL_get_extms_support(SSL *ssl) { return (int)SSL_get_extms_support(ssl); }
static inline int COpenSSL_SSL_get_negotiated_group(SSL *ssl) { return (int)SSL_get_negotiated_group(ssl); }
static inline int COpenSSL_SSL_get_signature_nid(SSL *ssl, int *nid) { return (int)SSL_get_signature_nid(ssl, nid); }
static inline int COpenSSL_SSL_get_peer_signature_nid(SSL *ssl, int *nid) { return (int)SSL_get_peer_signature_nid(ssl, nid); }
static inline long COpenSSL_SSL_get_tlsext_status_ocsp_resp(SSL *ssl, const unsigned char **bytes) { return SSL_get_tlsext_status_ocsp_resp(ssl, bytes); }
static inline long COpenSSL_SSL_set_tlsext_status_ocsp_resp(SSL *ssl, void *bytes, size_t count) { return SSL_set_tlsext_status_ocsp_resp(ssl, bytes, count); }

// Stacks

static inline STACK_OF(X509) *COpenSSL_sk_X509_new(void) { return sk_X509_new_null(); }
static inline int COpenSSL_sk_X509_push(STACK_OF(X509) *stack, X509 *x) { return sk_X509_push(stack, x); }
static inline int COpenSSL_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *COpenSSL_sk_X509_value(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
static inline void COpenSSL_sk_X509_pop_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }
static inline int COpenSSL_sk_X509_NAME_num(const STACK_OF(X509_NAME) *names) { return sk_X509_NAME_num(names); }
static inline const X509_NAME *COpenSSL_sk_X509_NAME_value(const STACK_OF(X509_NAME) *names, int index) { return sk_X509_NAME_value(names, index); }
static inline int COpenSSL_sk_SCT_num(const STACK_OF(SCT) *stack) { return sk_SCT_num(stack); }
static inline SCT *COpenSSL_sk_SCT_value(const STACK_OF(SCT) *stack, int index) { return sk_SCT_value(stack, index); }
static inline int COpenSSL_sk_GENERAL_NAME_num(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline int COpenSSL_sk_GENERAL_NAME_push(GENERAL_NAMES *names, GENERAL_NAME *name) { return sk_GENERAL_NAME_push(names, name); }
static inline GENERAL_NAME *COpenSSL_sk_GENERAL_NAME_value(const GENERAL_NAMES *names, int index) { return sk_GENERAL_NAME_value(names, index); }

// Names (RFC 2253's escapes, but UTF-8 left alone, and in the certificate's own order)

static const unsigned long COpenSSL_NAME_FLAGS = (ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN;

// Keys (EVP_PKEY_Q_keygen is variadic)

static inline EVP_PKEY *COpenSSL_generate_EC(const char *curve) { return EVP_PKEY_Q_keygen(NULL, NULL, "EC", (char *)curve); }
static inline EVP_PKEY *COpenSSL_generate_RSA(size_t bits) { return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits); }
static inline EVP_PKEY *COpenSSL_generate_ED25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

// Errors

static const int COpenSSL_ERR_R_UNSUPPORTED = ERR_R_UNSUPPORTED;
static inline void COpenSSL_ERR_raise(int library, int reason) { ERR_raise(library, reason); }
static inline void COpenSSL_ERR_raise_again(int library, int reason, const char *function, const char *data) { ERR_new(); ERR_set_debug("", 0, function); ERR_set_error(library, reason, data[0] == 0 ? NULL : "%s", data); }

#endif
