// Makes each sync of a process take long while the file that SLOW_DISK_FILE names exists: a disk that is slow.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const struct timespec DELAY = {0, 400 * 1000 * 1000};

static void wait_if_slow(void) {
  const char *file = getenv("SLOW_DISK_FILE");
  if (file != NULL && access(file, F_OK) == 0) nanosleep(&DELAY, NULL);
}

static int sync_by(const char *name, int descriptor) {
  int (*original)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  wait_if_slow();
  return original(descriptor);
}

int fsync(int descriptor) { return sync_by("fsync", descriptor); }

int fdatasync(int descriptor) { return sync_by("fdatasync", descriptor); }
