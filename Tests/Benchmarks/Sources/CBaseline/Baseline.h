// What the files of this target share.
#ifndef BASELINE_H
#define BASELINE_H

#include "CBaseline.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

/// The largest write.
#define PAYLOAD_SIZE (256 * 1024)
/// What a half of a BIO pair holds by default (BIO_s_bio(3)).
#define RING_SIZE (17 * 1024)
/// How many sessions a server keeps.
#define KEPT_SESSIONS 1024
#define SESSION_CONTEXT_SIZE 32

/// One end: an SSL on the inner half of a BIO pair, whose other half is ours.
typedef struct {
  SSL *ssl;
  BIO *network;
} End;

typedef struct {
  End client;
  End server;
} Pair;

/// PEM texts.
typedef struct {
  const char *root;
  const char *serverCertificate;
  const char *serverKey;
  const char *clientCertificate;
  const char *clientKey;
} Credentials;

struct CBaseline {
  CBaseline_Scenario scenario;
  SSL_CTX *client;
  SSL_CTX *server;
  /// What the client resumes next.
  SSL_SESSION *session;
  /// What the server's stateful tickets stand for, by the beginning of their identifiers.
  SSL_SESSION *kept[KEPT_SESSIONS];
  /// For transfers.
  Pair open;
  CBaseline_Traffic traffic;
  CBaseline_Observer observer;
  void *observerArgument;
  char failure[256];
  unsigned char sessionContext[SESSION_CONTEXT_SIZE];
  unsigned char wire[RING_SIZE];
  unsigned char received[16 * 1024];
  unsigned char payload[PAYLOAD_SIZE];
};

/// Notes the first failure with OpenSSL's reason, and answers false.
bool fail(CBaseline *baseline, const char *what);

/// Contexts.c
bool make_contexts(CBaseline *baseline, const Credentials *credentials);

/// Sessions.c
void keep_client_sessions(CBaseline *baseline);
void keep_server_sessions(CBaseline *baseline);
void free_sessions(CBaseline *baseline);

/// Pair.c
bool pair_connect(CBaseline *baseline, Pair *pair);
bool pair_talk(CBaseline *baseline, Pair *pair);
bool pair_transfer(CBaseline *baseline, Pair *pair, size_t size);
bool pair_close(CBaseline *baseline, Pair *pair);
void pair_free(Pair *pair);

#endif
