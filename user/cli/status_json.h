/* SPDX-License-Identifier: GPL-2.0-only */
/* What status says, as JSON. */
#ifndef STATUS_JSON_H
#define STATUS_JSON_H

#include <jansson.h>

#include "cli/picture.h"
#include "cli/trouble.h"

/* The document; the caller releases it. */
json_t *status_json(const struct picture *picture, const struct trouble *troubles, int count);

#endif
