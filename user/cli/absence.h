/* SPDX-License-Identifier: GPL-2.0-only */
/* Says why there are no maps: nothing is attached, or an attach is still starting. */
#ifndef ABSENCE_H
#define ABSENCE_H

#include "cli/cli.h"

/*
 * Nothing is attached below common->pins, and how the last attach ended, or what an attach that has
 * not attached yet waits for. Returns `text`, without a final stop; with `hint`, it ends with a
 * command to try.
 */
#define ABSENCE_TEXT_SIZE 768
const char *absence_text(const struct cli_common *common, bool hint, char text[ABSENCE_TEXT_SIZE]);

/* Logs why the pinned maps cannot be opened; returns the exit status. */
int absence_report(const struct cli_common *common, int err);

#endif
