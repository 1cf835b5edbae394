#include "CBaseline.h"

#include "Baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fail(CBaseline *baseline, const char *what) {
  char reason[160] = "";
  unsigned long code = ERR_peek_error();
  if (code != 0) ERR_error_string_n(code, reason, sizeof(reason));
  if (baseline->failure[0] == 0)
    snprintf(baseline->failure, sizeof(baseline->failure), "%s%s%s", what,
        reason[0] == 0 ? "" : ": ", reason);
  ERR_clear_error();
  return false;
}

const char *CBaseline_failure(const CBaseline *baseline) {
  return baseline->failure[0] == 0 ? NULL : baseline->failure;
}

CBaseline *CBaseline_new(
    CBaseline_Scenario scenario, const char *root, const char *serverCertificate,
    const char *serverKey, const char *clientCertificate, const char *clientKey) {
  Credentials credentials = {root, serverCertificate, serverKey, clientCertificate, clientKey};
  CBaseline *baseline = calloc(1, sizeof(*baseline));
  if (baseline == NULL) return NULL;
  baseline->scenario = scenario;
  ERR_clear_error();
  make_contexts(baseline, &credentials);
  return baseline;
}

void CBaseline_free(CBaseline *baseline) {
  pair_free(&baseline->open);
  free_sessions(baseline);
  SSL_CTX_free(baseline->client);
  SSL_CTX_free(baseline->server);
  free(baseline);
}

static bool connect_once(CBaseline *baseline) {
  Pair pair = {{NULL, NULL}, {NULL, NULL}};
  bool isDone = pair_connect(baseline, &pair) && pair_talk(baseline, &pair)
      && (!baseline->scenario.isResumed || pair_close(baseline, &pair));
  pair_free(&pair);
  return isDone;
}

/// The first of a chain of connections that resume has nothing to resume yet.
static bool prepare(CBaseline *baseline) {
  if (baseline->failure[0] != 0) return false;
  if (!baseline->scenario.isResumed || baseline->session != NULL) return true;
  if (!connect_once(baseline)) return false;
  return baseline->session != NULL || fail(baseline, "no session to resume");
}

bool CBaseline_connect(CBaseline *baseline, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!prepare(baseline) || !connect_once(baseline)) return false;
  return true;
}

static bool open_pair(CBaseline *baseline) {
  if (baseline->failure[0] != 0) return false;
  if (baseline->open.client.ssl != NULL) return true;
  // Pages that were never written would all be the same one.
  memset(baseline->payload, 'x', sizeof(baseline->payload));
  return pair_connect(baseline, &baseline->open) && pair_talk(baseline, &baseline->open);
}

bool CBaseline_transfer(CBaseline *baseline, size_t count, size_t size) {
  if (size > PAYLOAD_SIZE) return fail(baseline, "a write of more than 256 KiB");
  if (!open_pair(baseline)) return false;
  for (size_t i = 0; i < count; i++)
    if (!pair_transfer(baseline, &baseline->open, size)) return false;
  return true;
}

bool CBaseline_pingPong(CBaseline *baseline, size_t count) {
  if (!open_pair(baseline)) return false;
  for (size_t i = 0; i < count; i++)
    if (!pair_talk(baseline, &baseline->open)) return false;
  return true;
}

bool CBaseline_inspect(
    CBaseline *baseline, CBaseline_Observer observer, void *argument, CBaseline_Traffic *traffic) {
  if (!prepare(baseline)) return false;
  baseline->observer = observer;
  baseline->observerArgument = argument;
  bool isDone = connect_once(baseline);
  baseline->observer = NULL;
  *traffic = baseline->traffic;
  if (!isDone || !open_pair(baseline)) return false;
  size_t before = baseline->traffic.toServer;
  isDone = CBaseline_transfer(baseline, 1, PAYLOAD_SIZE);
  traffic->transfer = baseline->traffic.toServer - before;
  return isDone;
}
