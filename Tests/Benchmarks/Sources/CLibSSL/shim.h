// Swift sees nothing of OpenSSL here: only C does.
