/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is never blocked, as the configuration, the operator, exim and this machine have it. */
#ifndef SPARED_H
#define SPARED_H

#include <limits.h>

#include "act/gather.h"
#include "cli/cli.h"
#include "common/prefix_set.h"
#include "config/config.h"

/*
 * Where the operator's own list is (sobig-xdp allow): in the state folder. 0; -ENAMETOOLONG (told).
 */
int spared_path(const struct cli_common *common, const struct config *config, char path[PATH_MAX]);

/* Begins to gather, as gather_open(). 0 or -errno (told); the caller closes *out. */
int spared_open(const struct cli_common *common, const struct config *config, bool later,
		struct gather **out);

/*
 * The whole set as it is now, by the configuration `file` (NULL: the usual one). 0 or -errno
 * (told); the caller frees *out.
 */
int spared_once(const struct cli_common *common, const char *file, struct prefix_set **out);

#endif
