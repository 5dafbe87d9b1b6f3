// SPDX-License-Identifier: GPL-2.0-only
/* Which state and which configuration a daemon uses, told in its pulse. */
#include "cli/home.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

static int home_absolute(const char *path, char out[SOBIG_PATH_SIZE])
{
	char here[PATH_MAX] = "";
	int used;

	if (*path != '/' && !getcwd(here, sizeof(here))) {
		log_error("cannot find the current folder: %s", strerror(errno));
		return -errno;
	}
	used = snprintf(out, SOBIG_PATH_SIZE, "%s%s%s", here, *here ? "/" : "", path);
	if (used < SOBIG_PATH_SIZE)
		return 0;
	log_error("\"%.80s...\": the path has %d bytes, expected at most %d", path, used,
		  SOBIG_PATH_SIZE - 1);
	return -ENAMETOOLONG;
}

int home_tell(const char *folder, const char *file, struct sobig_pulse *pulse)
{
	int err = home_absolute(folder, pulse->state);

	if (!err && file)
		err = home_absolute(file, pulse->config);
	return err;
}
