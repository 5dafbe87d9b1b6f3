// SPDX-License-Identifier: GPL-2.0-only
/* Says why there are no maps: nothing is attached, or an attach is still starting. */
#include "cli/absence.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "cli/history.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "kernel/links.h"
#include "kernel/pins.h"
#include "kernel/start_note.h"
#include "status/ended.h"
#include "status/overview.h"

/* The attach that starts, on the first such interface; false: none does. */
static bool absence_find_start(const char *pins, char name[IF_NAMESIZE], struct sobig_start *out)
{
	unsigned int interfaces[PINS_INTERFACES_MAX];
	int count = pins_interfaces(pins, interfaces);

	for (int i = 0; i < count; i++) {
		if (start_note_read(pins, interfaces[i], out))
			continue;
		links_name(interfaces[i], name);
		return true;
	}
	return false;
}

static const char *absence_of_all(const struct cli_common *common, bool hint,
				  char text[ABSENCE_TEXT_SIZE])
{
	char maps[SOBIG_PATH_SIZE + 32] = "", ended[ENDED_TEXT_SIZE] = "", try[64] = "";
	static struct overview overview;
	const struct db_run *last = overview.ended;

	overview.ended_count = 0;
	history_runs(common, overview_add_run, &overview);
	if (hint)
		snprintf(maps, sizeof(maps), " (there are no maps in %.255s)", common->pins);
	if (overview.ended_count)
		ended_text(last, ended);
	if (hint)
		snprintf(try, sizeof(try), "; try: sobig-xdp attach %s",
			 overview.ended_count ? last->interface : "IF");
	snprintf(text, ABSENCE_TEXT_SIZE, "sobig-xdp is not attached to any interface%s%s%s%s",
		 maps, overview.ended_count ? "; " : "", ended, try);
	return text;
}

const char *absence_text(const struct cli_common *common, bool hint, char text[ABSENCE_TEXT_SIZE])
{
	char name[IF_NAMESIZE], time[DURATION_TEXT_SIZE];
	uint32_t now = clock_seconds();
	struct sobig_start start;

	if (!absence_find_start(common->pins, name, &start))
		return absence_of_all(common, hint, text);
	snprintf(text, ABSENCE_TEXT_SIZE,
		 "sobig-xdp is not attached yet: attach %s has been waiting for %s for %s%s%s",
		 name, duration_format(now > start.since ? now - start.since : 0, time),
		 start_note_text(&start),
		 hint ? "; try again later, or end it: sobig-xdp detach " : "", hint ? name : "");
	return text;
}

int absence_report(const struct cli_common *common, int err)
{
	char text[ABSENCE_TEXT_SIZE];

	if (err == -ENOENT)
		log_error("%s", absence_text(common, true, text));
	else if (err != -EPERM)
		log_error("cannot open the maps in %s: %s", common->pins, strerror(-err));
	return cli_status(err);
}
