/* SPDX-License-Identifier: GPL-2.0-only */
/* The output of status as JSON. */
#ifndef STATUS_JSON_H
#define STATUS_JSON_H

#include <jansson.h>

#include "status/health.h"
#include "status/overview.h"

/* Returns the document; the caller releases it. */
json_t *status_json(const struct overview *overview, const struct health_problem *problems,
		    int count);

#endif
