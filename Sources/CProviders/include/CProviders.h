// OpenSSL providers: of keys whose private half is a function, and of what TLS needs alone. Dispatch
// tables, and no more.
// No OpenSSL header is included: Swift would import its names a second time.
#ifndef CPROVIDERS_H
#define CPROVIDERS_H

#include <stddef.h>

struct evp_pkey_st;
struct ossl_lib_ctx_st;

/// What signs, and what it is given: `digest` is an OpenSSL name, or empty (Ed25519); `isPSS` tells
/// RSA-PSS from PKCS #1. It writes at most `*length` bytes, sets `*length`, and answers 1, or 0.
struct CProviders_Signer {
  void *owner;
  int (*sign)(void *owner, const char *digest, int isPSS, const unsigned char *message, size_t count, unsigned char *signature, size_t *length);
  void (*release)(void *owner);
};

/// Adds the provider to a library context of its own; answers 1, or 0 with the error queue filled.
int CProviders_load(struct ossl_lib_ctx_st *context);

/// A private key beside its public half. It takes over the owner, and releases it with the key's last
/// reference, or at once if it answers NULL.
struct evp_pkey_st *CProviders_key(struct ossl_lib_ctx_st *context, struct evp_pkey_st *publicKey, struct CProviders_Signer signer);

/// A library context that has what TLS needs of OpenSSL's default provider; NULL with the error queue
/// filled. To be called once: it is never freed, nor is what it is made of.
struct ossl_lib_ctx_st *CProviders_needed(void);

/// Whether the process's library context takes one of those algorithms from a provider that is not
/// OpenSSL's default or legacy one, or has it not at all; and its names, with colons between them. To be
/// called after the other one.
int CProviders_isNeededElsewhere(const char **name);

/// What this thread was told last: whose call is running.
void *CProviders_current(void);
/// Tells it something else, and answers what it was told before.
void *CProviders_exchange_current(void *now);

#endif
