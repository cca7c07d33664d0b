#!/usr/bin/env bash
# Makes the secrets of a new installation in a new folder: ./make-secrets.sh FOLDER compose|kubernetes
# Keep a copy of master.key and access.key apart from the database: without them, no record can be read.
set -euo pipefail

folder="${1:?Name a new folder for the secrets.}"
case "${2:-}" in
  # On one machine, the database is in a network that only the servers are in.
  compose) nats=nats postgres=postgres encryption='' ;;
  kubernetes) nats=auscult-nats postgres=auscult-postgres encryption='?sslmode=verify-full&sslrootcert=/run/secrets/ca.pem' ;;
  *) echo 'Say whether they are for compose or kubernetes.' >&2; exit 1 ;;
esac
[ -e "$folder" ] && { echo "$folder is there already; secrets are made once." >&2; exit 1; }

# The folder lets nobody else in. Its files can be read by the user of the containers to which they are given.
umask 077
mkdir -p "$folder"
cd "$folder"
umask 022

password() { openssl rand -hex 24; }

openssl rand -base64 32 >master.key
openssl rand 32 >access.key

postgres_password="$(password)"
printf '%s' "$postgres_password" >postgres-password
server_password="$(password)"
work_password="$(password)"
cat >nats-passwords.conf <<EOF
SERVER_PASSWORD: "$server_password"
WORK_PASSWORD: "$work_password"
EOF

# Settings that hold passwords are in files, since others can see the environment of a process.
cat >server.json <<EOF
{
  "database": "postgres://auscult:$postgres_password@$postgres:5432/auscult$encryption",
  "cluster": ["tls://server:$server_password@$nats:4222"]
}
EOF
cat >work.json <<EOF
{ "cluster": ["tls://work:$work_password@$nats:4222"] }
EOF

# An authority for what only these services see, and their certificates. People see that of the proxy.
openssl ecparam -name prime256v1 -genkey -noout -out ca.key
openssl req -x509 -new -key ca.key -sha256 -days 3650 -subj '/CN=Auscult services' -out ca.pem \
  -addext 'basicConstraints=critical,CA:true,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign'
certify() {
  local name="$1" host="$2" usage="$3"
  openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"
  openssl req -new -key "$name.key" -subj "/CN=$host" |
    openssl x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 825 -out "$name.pem" -extfile <(
      echo "subjectAltName=DNS:$host,DNS:*.$host,DNS:localhost"
      echo "extendedKeyUsage=$usage"
    ) 2>/dev/null
}
# Servers of NATS know one another by their certificates.
certify nats "$nats" serverAuth,clientAuth
certify postgres "$postgres" serverAuth
chmod 644 nats.key postgres.key
rm ca.srl
