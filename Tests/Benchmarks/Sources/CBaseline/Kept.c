// Many open connections at once, for what they take of memory.

#include "Baseline.h"

#include <stdlib.h>

struct CBaseline_Kept {
  CBaseline *baseline;
  size_t count;
  Pair *pairs;
};

CBaseline_Kept *CBaseline_Kept_new(CBaseline *baseline) {
  CBaseline_Kept *kept = calloc(1, sizeof(*kept));
  if (kept != NULL) kept->baseline = baseline;
  return kept;
}

void CBaseline_Kept_free(CBaseline_Kept *kept) {
  for (size_t i = 0; i < kept->count; i++) pair_free(&kept->pairs[i]);
  free(kept->pairs);
  free(kept);
}

bool CBaseline_Kept_open(CBaseline_Kept *kept, size_t count) {
  Pair *pairs = realloc(kept->pairs, (kept->count + count) * sizeof(*pairs));
  if (pairs == NULL) return fail(kept->baseline, "realloc");
  kept->pairs = pairs;
  for (size_t i = 0; i < count; i++) {
    Pair *pair = &pairs[kept->count++];
    *pair = (Pair){{NULL, NULL}, {NULL, NULL}};
    if (!pair_connect(kept->baseline, pair)) return false;
  }
  return true;
}

bool CBaseline_Kept_move(CBaseline_Kept *kept, size_t size) {
  if (size > PAYLOAD_SIZE) return fail(kept->baseline, "a write of more than 256 KiB");
  for (size_t i = 0; i < kept->count; i++) {
    Pair *there = &kept->pairs[i];
    Pair back = {there->server, there->client};
    if (!pair_transfer(kept->baseline, there, size)) return false;
    if (!pair_transfer(kept->baseline, &back, size)) return false;
  }
  return true;
}

bool CBaseline_Kept_freeBuffers(CBaseline_Kept *kept) {
  for (size_t i = 0; i < kept->count; i++) {
    Pair *pair = &kept->pairs[i];
    if (SSL_free_buffers(pair->client.ssl) != 1 || SSL_free_buffers(pair->server.ssl) != 1)
      return fail(kept->baseline, "SSL_free_buffers");
  }
  return true;
}
