// Two ends of TLS 1.3 on one thread in plain C over BIO pairs: what everything else is measured
// against. No OpenSSL header is included: Swift needs none.
#ifndef CBASELINE_H
#define CBASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Contexts, credentials, and one connection for transfers once it is needed.
typedef struct CBaseline CBaseline;

/// What is asked of a pair of ends.
typedef struct {
  /// MemoryTLS's settings, instead of OpenSSL's.
  bool isMatched;
  bool isMutual;
  bool isResumed;
  bool hasTickets;
  /// The client believes the system's roots instead of `root`.
  bool trustsSystem;
  /// The one cipher suite that both ends have; 0 for the default list.
  uint16_t suite;
} CBaseline_Scenario;

/// Sees a client's handshake messages: those it sent and those it received.
typedef void (*CBaseline_Observer)(
    void *argument, bool isSent, const uint8_t *message, size_t count);

/// The ciphertext of a connection.
typedef struct {
  size_t toServer;
  size_t toClient;
  /// What 256 KiB to the server come to, over another one.
  size_t transfer;
} CBaseline_Traffic;

/// Certificates and keys are PEM texts. NULL for want of memory; else to be asked for its failure.
CBaseline *CBaseline_new(
    CBaseline_Scenario scenario, const char *root, const char *serverCertificate,
    const char *serverKey, const char *clientCertificate, const char *clientKey);
void CBaseline_free(CBaseline *baseline);

/// What went wrong first; NULL if nothing did.
const char *CBaseline_failure(const CBaseline *baseline);

/// `count` connections from nothing to freed, with 64 bytes each way. Answers whether all came about.
bool CBaseline_connect(CBaseline *baseline, size_t count);

/// `count` writes of `size` bytes by the client over one open connection, read by the server.
bool CBaseline_transfer(CBaseline *baseline, size_t count, size_t size);

/// `count` times 64 bytes to the server and back over one open connection.
bool CBaseline_pingPong(CBaseline *baseline, size_t count);

/// Open connections that are kept. The baseline must outlive them.
typedef struct CBaseline_Kept CBaseline_Kept;

/// NULL for want of memory.
CBaseline_Kept *CBaseline_Kept_new(CBaseline *baseline);
void CBaseline_Kept_free(CBaseline_Kept *kept);

/// Opens `count` more: the handshake and nothing else.
bool CBaseline_Kept_open(CBaseline_Kept *kept, size_t count);

/// `size` bytes each way over each.
bool CBaseline_Kept_move(CBaseline_Kept *kept, size_t size);

/// Has all free the buffers of records (SSL_free_buffers).
bool CBaseline_Kept_freeBuffers(CBaseline_Kept *kept);

/// One connection, watched, and one transfer.
bool CBaseline_inspect(
    CBaseline *baseline, CBaseline_Observer observer, void *argument, CBaseline_Traffic *traffic);

#endif
