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

#include "common/log.h"
#include "common/output.h"
#include "config/config_state.h"
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

int cli_print_json(const struct cli_common *common, json_t *json)
{
	return output_print(json, common->lines) ? CLI_FAILED : CLI_DONE;
}

int cli_end_output(void)
{
	return output_end() ? CLI_FAILED : CLI_DONE;
}
