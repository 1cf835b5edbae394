#include "Baseline.h"

#include <string.h>

static CBaseline *baseline_of(const SSL *ssl) { return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)); }

// MARK: The client's

static int keep_for_client(SSL *ssl, SSL_SESSION *session) {
  CBaseline *baseline = baseline_of(ssl);
  SSL_SESSION_free(baseline->session);
  baseline->session = session;
  return 1;
}

void keep_client_sessions(CBaseline *baseline) {
  SSL_CTX_set_app_data(baseline->client, baseline);
  SSL_CTX_set_session_cache_mode(
      baseline->client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(baseline->client, keep_for_client);
}

// MARK: The server's, where tickets only name them: each serves once

static SSL_SESSION **place(CBaseline *baseline, const unsigned char *identifier, unsigned count) {
  uint32_t start = 0;
  memcpy(&start, identifier, count < sizeof(start) ? count : sizeof(start));
  return &baseline->kept[start % KEPT_SESSIONS];
}

static bool is_named(const SSL_SESSION *session, const unsigned char *identifier, unsigned count) {
  unsigned length = 0;
  const unsigned char *own = session == NULL ? NULL : SSL_SESSION_get_id(session, &length);
  return own != NULL && length == count && memcmp(own, identifier, count) == 0;
}

static int keep_for_server(SSL *ssl, SSL_SESSION *session) {
  unsigned count = 0;
  const unsigned char *identifier = SSL_SESSION_get_id(session, &count);
  SSL_SESSION **slot = place(baseline_of(ssl), identifier, count);
  SSL_SESSION_free(*slot);
  *slot = session;
  return 1;
}

static SSL_SESSION *find(SSL *ssl, const unsigned char *identifier, int count, int *mustCopy) {
  SSL_SESSION **slot = place(baseline_of(ssl), identifier, (unsigned)count);
  *mustCopy = 0;
  if (!is_named(*slot, identifier, (unsigned)count)) return NULL;
  SSL_SESSION *session = *slot;
  *slot = NULL;
  return session;
}

static void forget(SSL_CTX *context, SSL_SESSION *session) {
  unsigned count = 0;
  const unsigned char *identifier = SSL_SESSION_get_id(session, &count);
  SSL_SESSION **slot = place(SSL_CTX_get_app_data(context), identifier, count);
  if (!is_named(*slot, identifier, count)) return;
  SSL_SESSION_free(*slot);
  *slot = NULL;
}

void keep_server_sessions(CBaseline *baseline) {
  SSL_CTX *context = baseline->server;
  SSL_CTX_set_app_data(context, baseline);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_for_server);
  SSL_CTX_sess_set_get_cb(context, find);
  SSL_CTX_sess_set_remove_cb(context, forget);
}

void free_sessions(CBaseline *baseline) {
  SSL_SESSION_free(baseline->session);
  for (size_t i = 0; i < KEPT_SESSIONS; i++) SSL_SESSION_free(baseline->kept[i]);
}
