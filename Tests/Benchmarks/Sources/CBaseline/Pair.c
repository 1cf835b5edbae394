// The calls of OpenSSL that move a connection, each as its manual page asks: an empty error queue
// before, SSL_get_error after one that did not succeed.

#include "Baseline.h"

#include <openssl/x509v3.h>

#define MESSAGE_SIZE 64
/// More turns than any handshake or write takes.
#define TURNS 1000

typedef enum { FAILED, BLOCKED, MOVED } Progress;

static Progress judge(CBaseline *baseline, SSL *ssl, int result, const char *call) {
  if (result > 0) return MOVED;
  int error = SSL_get_error(ssl, result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return BLOCKED;
  fail(baseline, call);
  return FAILED;
}

static Progress shake(CBaseline *baseline, End *end) {
  ERR_clear_error();
  return judge(baseline, end->ssl, SSL_do_handshake(end->ssl), "SSL_do_handshake");
}

static Progress put(CBaseline *baseline, End *end, const void *bytes, size_t count, size_t *moved) {
  ERR_clear_error();
  int result = SSL_write_ex(end->ssl, bytes, count, moved);
  Progress progress = judge(baseline, end->ssl, result, "SSL_write_ex");
  if (progress != MOVED) *moved = 0;
  return progress;
}

static Progress take(CBaseline *baseline, End *end, size_t *moved) {
  ERR_clear_error();
  int result = SSL_read_ex(end->ssl, baseline->received, sizeof(baseline->received), moved);
  Progress progress = judge(baseline, end->ssl, result, "SSL_read_ex");
  if (progress != MOVED) *moved = 0;
  return progress;
}

/// Carries as much ciphertext as the other end has room for.
static size_t carry(CBaseline *baseline, End *from, End *to) {
  size_t room = BIO_ctrl_get_write_guarantee(to->network);
  if (room > sizeof(baseline->wire)) room = sizeof(baseline->wire);
  int count = BIO_read(from->network, baseline->wire, (int)room);
  if (count <= 0) return 0;
  BIO_write(to->network, baseline->wire, count);
  return (size_t)count;
}

static void carry_to_server(CBaseline *baseline, Pair *pair) {
  baseline->traffic.toServer += carry(baseline, &pair->client, &pair->server);
}

static void carry_to_client(CBaseline *baseline, Pair *pair) {
  baseline->traffic.toClient += carry(baseline, &pair->server, &pair->client);
}

// MARK: Making and freeing

static bool end_make(CBaseline *baseline, End *end, SSL_CTX *context) {
  BIO *inner = NULL;
  end->ssl = SSL_new(context);
  if (end->ssl == NULL) return fail(baseline, "SSL_new");
  if (BIO_new_bio_pair(&inner, 0, &end->network, 0) != 1) return fail(baseline, "BIO_new_bio_pair");
  SSL_set_bio(end->ssl, inner, inner);
  return true;
}

/// Shows the observer what a client sends and receives.
static void show(int isSent, int version, int type, const void *bytes, size_t count, SSL *ssl,
    void *argument) {
  CBaseline *baseline = argument;
  if (type == SSL3_RT_HANDSHAKE)
    baseline->observer(baseline->observerArgument, isSent != 0, bytes, count);
}

static bool client_make(CBaseline *baseline, End *end) {
  if (!end_make(baseline, end, baseline->client)) return false;
  SSL_set_connect_state(end->ssl);
  bool isSet = SSL_set_tlsext_host_name(end->ssl, "localhost") == 1
      && SSL_set1_host(end->ssl, "localhost") == 1;
  if (!isSet) return fail(baseline, "SSL_set1_host");
  if (baseline->scenario.isMatched) {
    SSL_set_hostflags(
        end->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    SSL_set_session_id_context(end->ssl, baseline->sessionContext, SESSION_CONTEXT_SIZE);
  }
  if (baseline->observer != NULL) {
    SSL_set_msg_callback(end->ssl, show);
    SSL_set_msg_callback_arg(end->ssl, baseline);
  }
  if (baseline->session == NULL) return true;
  bool isOffered = SSL_set_session(end->ssl, baseline->session) == 1;
  // Each serves once; the next comes with this connection.
  SSL_SESSION_free(baseline->session);
  baseline->session = NULL;
  return isOffered || fail(baseline, "SSL_set_session");
}

static bool server_make(CBaseline *baseline, End *end) {
  if (!end_make(baseline, end, baseline->server)) return false;
  SSL_set_accept_state(end->ssl);
  return true;
}

void pair_free(Pair *pair) {
  SSL_free(pair->client.ssl);
  BIO_free(pair->client.network);
  SSL_free(pair->server.ssl);
  BIO_free(pair->server.network);
  *pair = (Pair){{NULL, NULL}, {NULL, NULL}};
}

// MARK: Connecting, talking, closing

bool pair_connect(CBaseline *baseline, Pair *pair) {
  bool mustResume = baseline->session != NULL;
  baseline->traffic = (CBaseline_Traffic){0, 0, 0};
  if (!client_make(baseline, &pair->client) || !server_make(baseline, &pair->server)) return false;
  Progress client = BLOCKED, server = BLOCKED;
  for (int turn = 0; client == BLOCKED || server == BLOCKED; turn++) {
    if (turn == TURNS) return fail(baseline, "a handshake without progress");
    if (client == BLOCKED) client = shake(baseline, &pair->client);
    carry_to_server(baseline, pair);
    if (server == BLOCKED) server = shake(baseline, &pair->server);
    carry_to_client(baseline, pair);
  }
  if (client != MOVED || server != MOVED) return false;
  if (mustResume && SSL_session_reused(pair->client.ssl) != 1) return fail(baseline, "no resumption");
  if (!baseline->scenario.isMatched || !baseline->scenario.hasTickets) return true;
  // It travels with the server's first write.
  return SSL_new_session_ticket(pair->server.ssl) == 1 || fail(baseline, "SSL_new_session_ticket");
}

/// A message's way: what one end writes at once the other reads at once.
static bool send_to_server(CBaseline *baseline, Pair *pair) {
  size_t count = 0;
  if (put(baseline, &pair->client, baseline->payload, MESSAGE_SIZE, &count) != MOVED) return false;
  carry_to_server(baseline, pair);
  return take(baseline, &pair->server, &count) == MOVED && count == MESSAGE_SIZE;
}

static bool send_to_client(CBaseline *baseline, Pair *pair) {
  size_t count = 0;
  if (put(baseline, &pair->server, baseline->payload, MESSAGE_SIZE, &count) != MOVED) return false;
  carry_to_client(baseline, pair);
  return take(baseline, &pair->client, &count) == MOVED && count == MESSAGE_SIZE;
}

bool pair_talk(CBaseline *baseline, Pair *pair) {
  if (send_to_server(baseline, pair) && send_to_client(baseline, pair)) return true;
  return fail(baseline, "64 bytes that did not arrive");
}

bool pair_transfer(CBaseline *baseline, Pair *pair, size_t size) {
  size_t sent = 0, received = 0, count = 0;
  for (int turn = 0; received < size; turn++) {
    if (turn == TURNS) return fail(baseline, "a transfer without progress");
    if (sent < size) {
      Progress written =
          put(baseline, &pair->client, baseline->payload + sent, size - sent, &count);
      if (written == FAILED) return false;
      sent += count;
    }
    carry_to_server(baseline, pair);
    Progress read = MOVED;
    while (received < size && (read = take(baseline, &pair->server, &count)) == MOVED)
      received += count;
    if (read == FAILED) return false;
  }
  return true;
}

/// Both say that they are done; else what they would resume with is of no use any more.
bool pair_close(CBaseline *baseline, Pair *pair) {
  ERR_clear_error();
  if (SSL_shutdown(pair->client.ssl) < 0) return fail(baseline, "SSL_shutdown");
  ERR_clear_error();
  if (SSL_shutdown(pair->server.ssl) < 0) return fail(baseline, "SSL_shutdown");
  return true;
}
