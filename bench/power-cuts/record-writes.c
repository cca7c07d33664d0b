/*
 * Preloaded into a process, writes down everything that the process does to the files below a folder, in the order in
 * which it happened and with the bytes: what a disk may hold after a power cut is worked out from it.
 *
 * RECORDED_FOLDER names the folder, RECORDED_LOG the file that the records are added to. Several processes may
 * share a log: a lock on it makes what is done and its record one. Records, little-endian:
 *
 *   u32 "APWR", since a process that is killed may leave a record half, u32 bytes of all that follows, u8 kind,
 *   u64 inode, u64 number, u32 length of the first text, the first text, and the rest, which is the second text or the
 *   bytes that were written
 *
 * Files that end in -shm are left out: SQLite maps them, and makes them anew after a crash.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATE = 1, WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, RENAME, UNLINK, LINK, MKDIR, RMDIR };

#define MOST_FILES 65536
#define BEGINNING 0x52575041u

static const char *root;
static size_t root_length;
static int log_file = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
/* The inode behind each descriptor that was opened below the root, 0 for all others. */
static ino_t inodes[MOST_FILES];

static ssize_t write_now(int fd, const void *bytes, size_t length) { return syscall(SYS_write, fd, bytes, length); }

__attribute__((constructor)) static void begin(void) {
  const char *log = getenv("RECORDED_LOG");
  root = getenv("RECORDED_FOLDER");
  if (log == NULL || root == NULL) return;
  root_length = strlen(root);
  log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (log_file < 0) {
    fprintf(stderr, "the record of writes cannot be opened\n");
    abort();
  }
}

static int is_below(const char *path) {
  if (log_file < 0 || path == NULL || strncmp(path, root, root_length) != 0 || path[root_length] != '/') return 0;
  size_t length = strlen(path);
  return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static void lock(void) {
  pthread_mutex_lock(&mutex);
  flock(log_file, LOCK_EX);
}

static void unlock(void) {
  int error = errno;
  flock(log_file, LOCK_UN);
  pthread_mutex_unlock(&mutex);
  errno = error;
}

static void put(unsigned char *to, uint64_t value, int bytes) {
  for (int at = 0; at < bytes; at++) to[at] = (unsigned char)(value >> (8 * at));
}

static void record(enum kind kind, ino_t inode, uint64_t number, const char *first, const void *rest, size_t length) {
  int error = errno;
  size_t first_length = first == NULL ? 0 : strlen(first);
  size_t total = 1 + 8 + 8 + 4 + first_length + length;
  unsigned char *bytes = malloc(8 + total);
  put(bytes, BEGINNING, 4);
  put(bytes + 4, total, 4);
  bytes[8] = (unsigned char)kind;
  put(bytes + 9, inode, 8);
  put(bytes + 17, number, 8);
  put(bytes + 25, first_length, 4);
  if (first_length > 0) memcpy(bytes + 29, first, first_length);
  if (length > 0) memcpy(bytes + 29 + first_length, rest, length);
  /* One write: whoever adds to the log without this library never comes between. */
  if (write_now(log_file, bytes, 8 + total) != (ssize_t)(8 + total)) abort();
  free(bytes);
  errno = error;
}

/* The inode of a file below the root. Descriptors are used again without being seen here, so that it is asked each time. */
static ino_t inode_of(int fd) {
  struct stat found;
  if (log_file < 0 || fd < 0 || fd >= MOST_FILES || inodes[fd] == 0) return 0;
  int error = errno;
  if (fstat(fd, &found) != 0 || found.st_ino != inodes[fd]) inodes[fd] = 0;
  errno = error;
  return inodes[fd];
}

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  if (log_file < 0 || !(is_below(path) || strcmp(path, root) == 0)) {
    int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (fd >= 0 && fd < MOST_FILES) inodes[fd] = 0;
    return fd;
  }
  struct stat before, now;
  lock();
  int was_there = lstat(path, &before) == 0;
  int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
  if (fd >= 0 && fd < MOST_FILES && fstat(fd, &now) == 0) {
    inodes[fd] = now.st_ino;
    if (!was_there) record(CREATE, now.st_ino, 0, path, NULL, 0);
    else if ((flags & O_TRUNC) != 0) record(TRUNCATE, now.st_ino, 0, NULL, NULL, 0);
  }
  unlock();
  return fd;
}

#define OPEN(name, folder_declared, folder)                       \
  int name(folder_declared const char *path, int flags, ...) {    \
    mode_t mode = 0;                                              \
    if ((flags & (O_CREAT | __O_TMPFILE)) != 0) {                 \
      va_list arguments;                                          \
      va_start(arguments, flags);                                 \
      mode = va_arg(arguments, mode_t);                           \
      va_end(arguments);                                          \
    }                                                             \
    return open_at(folder, path, flags, mode);                    \
  }
#define FOLDER int directory,
OPEN(open, , AT_FDCWD)
OPEN(open64, , AT_FDCWD)
OPEN(openat, FOLDER, directory)
OPEN(openat64, FOLDER, directory)

static void record_vector(ino_t inode, uint64_t at, const struct iovec *parts, int count, ssize_t written) {
  unsigned char *all = malloc((size_t)written);
  size_t filled = 0;
  for (int index = 0; index < count && filled < (size_t)written; index++) {
    size_t left = (size_t)written - filled;
    size_t taken = parts[index].iov_len < left ? parts[index].iov_len : left;
    memcpy(all + filled, parts[index].iov_base, taken);
    filled += taken;
  }
  record(WRITE, inode, at, NULL, all, filled);
  free(all);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  ino_t inode = inode_of(fd);
  if (inode == 0) return write_now(fd, bytes, length);
  lock();
  ssize_t written = write_now(fd, bytes, length);
  if (written > 0) record(WRITE, inode, (uint64_t)(lseek(fd, 0, SEEK_CUR) - written), NULL, bytes, (size_t)written);
  unlock();
  return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  ino_t inode = inode_of(fd);
  if (inode == 0) return syscall(SYS_writev, fd, parts, count);
  lock();
  ssize_t written = syscall(SYS_writev, fd, parts, count);
  if (written > 0) record_vector(inode, (uint64_t)(lseek(fd, 0, SEEK_CUR) - written), parts, count, written);
  unlock();
  return written;
}

#define PWRITE(name)                                                                  \
  ssize_t name(int fd, const void *bytes, size_t length, off_t at) {                  \
    ino_t inode = inode_of(fd);                                                       \
    if (inode == 0) return syscall(SYS_pwrite64, fd, bytes, length, at);              \
    lock();                                                                           \
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, length, at);                   \
    if (written > 0) record(WRITE, inode, (uint64_t)at, NULL, bytes, (size_t)written); \
    unlock();                                                                         \
    return written;                                                                   \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define PWRITEV(name)                                                             \
  ssize_t name(int fd, const struct iovec *parts, int count, off_t at) {          \
    ino_t inode = inode_of(fd);                                                   \
    if (inode == 0) return REAL(name)(fd, parts, count, at);                      \
    lock();                                                                       \
    ssize_t written = REAL(name)(fd, parts, count, at);                           \
    if (written > 0) record_vector(inode, (uint64_t)at, parts, count, written);   \
    unlock();                                                                     \
    return written;                                                               \
  }
PWRITEV(pwritev)
PWRITEV(pwritev64)

#define TRUNCATE_FILE(name)                                                 \
  int name(int fd, off_t size) {                                            \
    ino_t inode = inode_of(fd);                                             \
    if (inode == 0) return (int)syscall(SYS_ftruncate, fd, size);           \
    lock();                                                                 \
    int outcome = (int)syscall(SYS_ftruncate, fd, size);                    \
    if (outcome == 0) record(TRUNCATE, inode, (uint64_t)size, NULL, NULL, 0); \
    unlock();                                                               \
    return outcome;                                                         \
  }
TRUNCATE_FILE(ftruncate)
TRUNCATE_FILE(ftruncate64)

/* Others go on writing meanwhile: only what was written before it began is known to be kept when it is over. */
#define SYNC(name, number)                                              \
  int name(int fd) {                                                    \
    ino_t inode = inode_of(fd);                                         \
    if (inode == 0) return (int)syscall(number, fd);                    \
    uint64_t thread = (uint64_t)syscall(SYS_gettid);                    \
    lock();                                                             \
    record(SYNC_BEGIN, inode, thread, NULL, NULL, 0);                   \
    unlock();                                                           \
    int outcome = (int)syscall(number, fd);                             \
    if (outcome != 0) return outcome;                                   \
    lock();                                                             \
    record(SYNC_END, inode, thread, NULL, NULL, 0);                     \
    unlock();                                                           \
    return outcome;                                                     \
  }
SYNC(fsync, SYS_fsync)
SYNC(fdatasync, SYS_fdatasync)

#define TWO_PATHS(name, kind)                                                        \
  int name(const char *from, const char *to) {                                       \
    if (!is_below(from) && !is_below(to)) return REAL(name)(from, to);               \
    lock();                                                                          \
    int outcome = REAL(name)(from, to);                                              \
    if (outcome == 0) record(kind, 0, 0, from, to, strlen(to));                      \
    unlock();                                                                        \
    return outcome;                                                                  \
  }
TWO_PATHS(rename, RENAME)
TWO_PATHS(link, LINK)

#define ONE_PATH(name, kind)                                        \
  int name(const char *path) {                                      \
    if (!is_below(path)) return REAL(name)(path);                   \
    lock();                                                         \
    int outcome = REAL(name)(path);                                 \
    if (outcome == 0) record(kind, 0, 0, path, NULL, 0);            \
    unlock();                                                       \
    return outcome;                                                 \
  }
ONE_PATH(unlink, UNLINK)
ONE_PATH(rmdir, RMDIR)

int mkdir(const char *path, mode_t mode) {
  struct stat made;
  if (!is_below(path)) return REAL(mkdir)(path, mode);
  lock();
  int outcome = REAL(mkdir)(path, mode);
  if (outcome == 0 && stat(path, &made) == 0) record(MKDIR, made.st_ino, 0, path, NULL, 0);
  unlock();
  return outcome;
}
