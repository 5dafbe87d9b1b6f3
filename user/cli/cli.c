// SPDX-License-Identifier: GPL-2.0-only
/* Common to all commands: the row of the command table, options, exit statuses, output. */
#include "cli/cli.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/output.h"
#include "config/config_state.h"
#include "kernel/links.h"
#include "kernel/pins.h"
#include "kernel/start_note.h"
#include "sobig.h"

const struct options_row cli_options[] = {
	{ "json", OPTIONS_FLAG, NULL, offsetof(struct cli_common, json), "print JSON", 'j' },
	{ "ndjson", OPTIONS_FLAG, NULL, offsetof(struct cli_common, lines),
	  "print JSON, one document per line" },
	{ "pins", OPTIONS_FOLDER, "DIR", offsetof(struct cli_common, pins),
	  "folder of the pinned maps (" SOBIG_PINS ")" },
	{ "state", OPTIONS_FOLDER, "DIR", offsetof(struct cli_common, state),
	  "folder of the history and the allow list" },
	{ "help", OPTIONS_FLAG, NULL, offsetof(struct cli_common, help), "show this help", 'h' },
	{ 0 },
};

int cli_usage(const struct cli_common *common, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_error("%s; see: sobig-xdp %s --help", text, common->command->name);
	return CLI_USAGE;
}

int cli_status(int err)
{
	if (!err)
		return CLI_DONE;
	if (err != -EPERM)
		return CLI_FAILED;
	log_error(
		"permission denied: this command needs root (CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN); try: sudo");
	return CLI_NOT_PRIVILEGED;
}

int cli_need_privilege(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	const uint32_t needed = 1u << CAP_NET_ADMIN | 1u << CAP_SYS_ADMIN;

	if (syscall(SYS_capget, &header, data))
		return cli_status(-errno);
	return cli_status((data[0].effective & needed) == needed ? 0 : -EPERM);
}

/* The attach that starts, on the first such interface; false: none does. */
static bool cli_find_start(const char *pins, char name[IF_NAMESIZE], struct sobig_start *out)
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

const char *cli_absence(const char *pins, bool hint, char text[CLI_ABSENCE_SIZE])
{
	char name[IF_NAMESIZE], time[DURATION_TEXT_SIZE];
	uint32_t now = clock_seconds();
	struct sobig_start start;

	if (cli_find_start(pins, name, &start))
		snprintf(
			text, CLI_ABSENCE_SIZE,
			"sobig-xdp is not attached yet: attach %s has been waiting for %s for %s%s%s",
			name, duration_format(now > start.since ? now - start.since : 0, time),
			start_note_text(&start),
			hint ? "; try again later, or end it: sobig-xdp detach " : "",
			hint ? name : "");
	else if (hint)
		snprintf(
			text, CLI_ABSENCE_SIZE,
			"sobig-xdp is not attached to any interface (there are no maps in %s); try: sobig-xdp attach IF",
			pins);
	else
		snprintf(text, CLI_ABSENCE_SIZE, "sobig-xdp is not attached to any interface");
	return text;
}

int cli_cannot_open(const struct cli_common *common, int err)
{
	char text[CLI_ABSENCE_SIZE];

	if (err == -ENOENT)
		log_error("%s", cli_absence(common->pins, true, text));
	else if (err != -EPERM)
		log_error("cannot open the maps in %s: %s", common->pins, strerror(-err));
	return cli_status(err);
}

int cli_print_json(const struct cli_common *common, json_t *json)
{
	return output_print(json, common->lines) ? CLI_FAILED : CLI_DONE;
}

int cli_end_output(void)
{
	return output_end() ? CLI_FAILED : CLI_DONE;
}
