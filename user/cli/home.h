/* SPDX-License-Identifier: GPL-2.0-only */
/* Which state and which configuration a daemon uses, told in its pulse. */
#ifndef HOME_H
#define HOME_H

#include "sobig.h"

/*
 * Enters the folder of the state and the configuration `file` (NULL: the usual one) as absolute
 * paths. 0; -ENAMETOOLONG or another -errno (told).
 */
int home_tell(const char *folder, const char *file, struct sobig_pulse *pulse);

#endif
