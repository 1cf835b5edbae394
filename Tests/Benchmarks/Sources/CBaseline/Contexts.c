#include "Baseline.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

static const char suites12[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

static X509 *read_certificate(const char *pem) {
  BIO *bio = BIO_new_mem_buf(pem, -1);
  X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
  BIO_free(bio);
  return certificate;
}

static EVP_PKEY *read_key(const char *pem) {
  BIO *bio = BIO_new_mem_buf(pem, -1);
  EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
  BIO_free(bio);
  return key;
}

static bool identify(CBaseline *baseline, SSL_CTX *context, const char *certificate, const char *key) {
  X509 *leaf = read_certificate(certificate);
  EVP_PKEY *private = read_key(key);
  bool isSet = leaf != NULL && private != NULL && SSL_CTX_use_certificate(context, leaf) == 1
      && SSL_CTX_use_PrivateKey(context, private) == 1 && SSL_CTX_check_private_key(context) == 1;
  X509_free(leaf);
  EVP_PKEY_free(private);
  return isSet || fail(baseline, "SSL_CTX_use_certificate");
}

static bool trust(CBaseline *baseline, SSL_CTX *context, const char *root) {
  X509 *authority = read_certificate(root);
  bool isTrusted = authority != NULL
      && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority) == 1
      && SSL_CTX_add_client_CA(context, authority) == 1;
  X509_free(authority);
  return isTrusted || fail(baseline, "X509_STORE_add_cert");
}

/// The suite's name among those that OpenSSL has.
static const char *suite_name(uint16_t suite) {
  switch (suite) {
    case 0x1301: return "TLS_AES_128_GCM_SHA256";
    case 0x1302: return "TLS_AES_256_GCM_SHA384";
    case 0x1303: return "TLS_CHACHA20_POLY1305_SHA256";
    default: return "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
  }
}

/// What MemoryTLS sets on every context, and its defaults.
static bool match(CBaseline *baseline, SSL_CTX *context) {
  SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
  SSL_CTX_set_mode(context,
      SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY
          | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
      | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_post_handshake_auth(context, 0);
  SSL_CTX_set_max_cert_list(context, 100 << 10);
  if (!baseline->scenario.hasTickets) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  bool isSet = SSL_CTX_set_max_send_fragment(context, 16384) == 1
      && SSL_CTX_set_block_padding(context, 0) == 1
      // The tickets come before the server's first write.
      && SSL_CTX_set_num_tickets(context, 0) == 1
      && SSL_CTX_set_session_id_context(context, baseline->sessionContext, SESSION_CONTEXT_SIZE) == 1;
  return isSet || fail(baseline, "SSL_CTX_set_max_send_fragment");
}

static bool choose_suites(CBaseline *baseline, SSL_CTX *context) {
  CBaseline_Scenario scenario = baseline->scenario;
  if (!scenario.isMatched && scenario.suite == 0) return true;
  if (SSL_CTX_set_ciphersuites(context, suite_name(scenario.suite)) != 1)
    return fail(baseline, "SSL_CTX_set_ciphersuites");
  if (scenario.suite != 0 || SSL_CTX_set_cipher_list(context, suites12) == 1) return true;
  return fail(baseline, "SSL_CTX_set_cipher_list");
}

static SSL_CTX *make_context(CBaseline *baseline) {
  SSL_CTX *context = SSL_CTX_new(TLS_method());
  bool isReady = context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1
      && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1
      && choose_suites(baseline, context);
  if (isReady && (!baseline->scenario.isMatched || match(baseline, context))) return context;
  SSL_CTX_free(context);
  fail(baseline, "SSL_CTX_new");
  return NULL;
}

static bool make_client(CBaseline *baseline, const Credentials *credentials) {
  SSL_CTX *context = baseline->client = make_context(baseline);
  if (context == NULL) return false;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  bool isTrusting = baseline->scenario.trustsSystem ? SSL_CTX_set_default_verify_paths(context) == 1
                                                    : trust(baseline, context, credentials->root);
  if (!isTrusting) return fail(baseline, "SSL_CTX_set_default_verify_paths");
  if (baseline->scenario.isResumed) keep_client_sessions(baseline);
  if (!baseline->scenario.isMutual) return true;
  return identify(baseline, context, credentials->clientCertificate, credentials->clientKey);
}

static bool make_server(CBaseline *baseline, const Credentials *credentials) {
  SSL_CTX *context = baseline->server = make_context(baseline);
  if (context == NULL) return false;
  if (!identify(baseline, context, credentials->serverCertificate, credentials->serverKey)) return false;
  if (!baseline->scenario.hasTickets) SSL_CTX_set_num_tickets(context, 0);
  if (!baseline->scenario.isMutual) return true;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  // Sessions of those who were verified have to be told from others (SSL_CTX_set_session_id_context(3)).
  SSL_CTX_set_session_id_context(context, baseline->sessionContext, SESSION_CONTEXT_SIZE);
  if (baseline->scenario.isMatched && baseline->scenario.hasTickets) keep_server_sessions(baseline);
  return trust(baseline, context, credentials->root);
}

bool make_contexts(CBaseline *baseline, const Credentials *credentials) {
  memset(baseline->sessionContext, 7, SESSION_CONTEXT_SIZE);
  return make_client(baseline, credentials) && make_server(baseline, credentials);
}
