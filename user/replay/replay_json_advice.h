/* SPDX-License-Identifier: GPL-2.0-only */
/* An advice, and the settings that it tried, as JSON. */
#ifndef REPLAY_JSON_ADVICE_H
#define REPLAY_JSON_ADVICE_H

#include <jansson.h>

#include "replay/replay_report.h"

/* The integers of jansson are signed; all counts fit. */
#define REPLAY_JSON_NUMBER(number) json_integer((json_int_t)(number))

/* The member "advice"; null if `advice` is NULL. */
json_t *replay_json_advice(const struct replay_advice *advice);

/* The i-th setting; NULL: there are no more. */
json_t *replay_json_advice_setting(const struct replay_report *report, size_t i);

#endif
