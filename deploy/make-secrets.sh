#!/bin/sh
# Writes the secrets that compose.yaml hands to the containers; what is there already stays as it is.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
word() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
[ -f secrets/database_password ] || word > secrets/database_password
[ -f secrets/database_url ] ||
  echo "postgresql://regulars:$(cat secrets/database_password)@database/regulars" > secrets/database_url
[ -f secrets/secret_key ] || word > secrets/secret_key
# The containers read them as users of their own; nobody else on this machine gets into the folder.
chmod 444 secrets/*
