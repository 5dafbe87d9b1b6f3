// SPDX-License-Identifier: GPL-2.0-only
/* Patterns for the rejection texts of common exim configurations, and their classes of offence. */
#include "read/exim_log/patterns.h"

/*
 * A word without "\\b" is the fastest pattern; the most common texts use that.
 *
 * D: exim's default configuration; B: Debian's; C: cPanel's; X: the exiscan chapter of exim's
 * specification ("Content scanning at ACL time"); V: vexim, Exim4U, HestiaCP and SpamExperts;
 * A: sa-exim; S: what scanners (ClamAV, SpamAssassin, rspamd) and DNS lists write.
 */
const struct pattern patterns_known[] = {
	/* The scanner failed, not the message. */
	{ EVENT_POLICY, PATTERNS_CONTENT, "malware acl condition" },
	{ EVENT_POLICY, PATTERNS_CONTENT, "spam acl condition" },

	/* The site's own list is policy. B */
	{ EVENT_POLICY, PATTERNS_ANY, "\\blocally (black|block)-?listed\\b" },

	/* D: "This message contains a virus (…)." X: "This message contains malware (…)" */
	{ EVENT_VIRUS, PATTERNS_CONTENT, "virus" },
	{ EVENT_VIRUS, PATTERNS_CONTENT, "malware" },
	{ EVENT_VIRUS, PATTERNS_CONTENT, "\\binfect(ed|ion)\\b" },
	{ EVENT_VIRUS, PATTERNS_CONTENT, "trojan" },
	{ EVENT_VIRUS, PATTERNS_CONTENT, "\\beicar\\b" },
	{ EVENT_VIRUS, PATTERNS_CONTENT, "\\bclam(av|d)?\\b" },
	{ EVENT_VIRUS, PATTERNS_CONTENT, "\\b(w32|win32|win)[./](exploit|generic|trojan)" },

	/* X: "This message contains a MIME error (…)", "Serious MIME defect detected (…)" */
	/* V: "MIME_ERROR : Proposed filename too long", of the structure and not of a file's type
	 */
	{ EVENT_PROTOCOL, PATTERNS_CONTENT, "\\bmime[ _-]?(error|defect)" },

	/* SOBIG's own subjects, where the text quotes one, and its attachments. */
	{ EVENT_WORM, PATTERNS_CONTENT, "\\bworm\\b" },
	{ EVENT_WORM, PATTERNS_CONTENT, "sobig" },
	{ EVENT_WORM, PATTERNS_CONTENT,
	  "(subject\\b|^|[\"'`(<:]) ?[^a-z]{0,4}(re: ?)*((my|your) (details|application)|details|thank you!|approved|(your )?wicked screensaver|that movie)[\"'`)>.! ]*(\\(|$|is\\b)" },
	{ EVENT_WORM, PATTERNS_CONTENT, "wicked_scr" },
	/* Extensions that are not domains; the ambiguous ones below need more context. */
	{ EVENT_WORM, PATTERNS_CONTENT, "[a-z0-9_)]\\.(pif|scr|vbs|vbe|wsf|lnk|cpl|hta)\\b" },
	{ EVENT_WORM, PATTERNS_CONTENT,
	  "\\b(file|filename|name|attached|attachment)\\b[^<>@]{0,40}[a-z0-9_)]\\.(exe|com|bat|cmd|js|jse)\\b" },
	/* X: "contains an unwanted file extension (…)", "Blacklisted file extension detected" */
	{ EVENT_WORM, PATTERNS_CONTENT, "\\bfile ?(extension|name|type)s?\\b" },
	{ EVENT_WORM, PATTERNS_CONTENT, "\\battach(ment|ed file)" },
	{ EVENT_WORM, PATTERNS_CONTENT, "\\bexecutables?\\b" },
	/* X: "This message matches a blacklisted regular expression (…)". V: "Blacklisted
	   extension" */
	{ EVENT_WORM, PATTERNS_CONTENT, "\\b(black|block)-?listed (regular expression|extension)" },
	{ EVENT_WORM, PATTERNS_CONTENT,
	  "\\b(banned|blocked|forbidden|prohibited|unwanted|dangerous|illegal) extension" },

	/* A search for recipients that exist. C: "Number of failed recipients exceeded" */
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION, "\\bdictionary attack\\b" },
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION,
	  "\\btoo many (bad|invalid|failed|unknown) (recipients|users|addresses)\\b" },
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION, "\\bnumber of failed recipients exceeded\\b" },
	/* C: "The mail server could not deliver mail to …, they may be blacklisted" */
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION, "\\bcould not deliver mail to\\b" },

	{ EVENT_POLICY, PATTERNS_DEFERRED, "gr[ae]y-?list" },
	{ EVENT_RATELIMIT, PATTERNS_ANY | PATTERNS_DEFERRED, "\\brate[- ]?limit" },
	{ EVENT_RATELIMIT, PATTERNS_ANY | PATTERNS_DEFERRED,
	  "\\b(sending|sender|connection|message) rate\\b" },
	{ EVENT_RATELIMIT, PATTERNS_ANY,
	  "\\btoo many (messages|mails|emails|recipients|connections|errors)\\b" },
	{ EVENT_RATELIMIT, PATTERNS_ANY | PATTERNS_DEFERRED, "\\btoo (fast|much mail)\\b" },

	/* X: "This message scored … spam points." D: "Your message scored … SpamAssassin point" */
	{ EVENT_SPAM, PATTERNS_CONTENT, "\\bspam(my|assassin|d)?\\b" },
	{ EVENT_SPAM, PATTERNS_CONTENT, "rspamd" },
	{ EVENT_SPAM, PATTERNS_CONTENT, "gtube" },
	{ EVENT_SPAM, PATTERNS_CONTENT, "\\bphish(ing|es)?\\b" },
	{ EVENT_SPAM, PATTERNS_CONTENT, "\\b(junk|bulk|unsolicited) (e-?)?mail\\b" },
	{ EVENT_SPAM, PATTERNS_CONTENT, " scored " },
	/* A: "Rejected: hits=7.5 required=5.0 trigger=5.0" */
	{ EVENT_SPAM, PATTERNS_CONTENT, "\\b(hits|score)=[0-9.-]+ required=" },
	/* V: something in the message is on a list, and not the host. */
	{ EVENT_SPAM, PATTERNS_CONTENT,
	  "\\b(black|block)-?listed (ur[il]|link|domain|web ?site|phone|word|phrase)" },
	{ EVENT_SPAM, PATTERNS_CONTENT,
	  "\\b(ur[il]|link|domain|web ?site|(reply-to|from|body|header|mail) address)s?\\b.{0,80}\\b(is|are|was|were) ((black|block)-?)?listed\\b" },
	{ EVENT_SPAM, PATTERNS_CONTENT, "\\b(surbl|uribl|ivmuri)\\b" },

	/* D, B: "relay not permitted". C: "… not permitted to relay through this server" */
	{ EVENT_RELAY, PATTERNS_SESSION,
	  "\\brelay(ing)? (is |access |attempt )?(not|denied|prohibited|refused|disabled|forbidden)" },
	{ EVENT_RELAY, PATTERNS_SESSION,
	  "\\b(not|n't) (currently )?(permitted|allowed|able) to relay\\b" },
	{ EVENT_RELAY, PATTERNS_SESSION,
	  "\\b(do not|don't|cannot|will not|won't|unable to) relay\\b" },
	{ EVENT_RELAY, PATTERNS_SESSION, "\\bno relay(ing)?\\b" },
	{ EVENT_RELAY, PATTERNS_SESSION, "\\brelay attempt\\b" },

	/* D, B: "Sender verify failed". C: "Verification failed for <…>" */
	{ EVENT_SENDER, PATTERNS_ANY, "\\bsender verif(y|ication)\\b" },
	{ EVENT_SENDER, PATTERNS_ANY, "\\bverify (the )?sender\\b" },
	{ EVENT_SENDER, PATTERNS_ANY, "\\bverification failed for <" },
	{ EVENT_SENDER, PATTERNS_ANY, "\\bcall(out|back)\\b" },
	{ EVENT_SENDER, PATTERNS_ANY, "\\b(as|a|no) valid sender\\b" },
	{ EVENT_SENDER, PATTERNS_ANY, "\\b(spf|dmarc|dkim|domainkeys?)\\b" },
	{ EVENT_SENDER, PATTERNS_ANY, "is not allowed to send mail from" },
	{ EVENT_SENDER, PATTERNS_ANY, "\\b(no|invalid|unknown|bad) (envelope )?sender\\b" },
	{ EVENT_SENDER, PATTERNS_ANY,
	  "\\bsender (address |domain )?(rejected|unknown|invalid|does ?n[o']t exist|forged|refused)\\b" },
	/* D: "No verifiable sender address in message headers" */
	{ EVENT_SENDER, PATTERNS_ANY, "\\bno (valid|verifiable) sender\\b" },
	{ EVENT_SENDER, PATTERNS_ANY, "\\b(forged|spoof(ed|ing)?)\\b" },

	/* D: "rejected because … is in a black list at …". B: "… is listed at …". C: "in an RBL" */
	{ EVENT_DNSBL, PATTERNS_ANY, "black list" },
	{ EVENT_DNSBL, PATTERNS_ANY, "block list" },
	{ EVENT_DNSBL, PATTERNS_ANY, "blacklist" },
	{ EVENT_DNSBL, PATTERNS_ANY, "blocklist" },
	{ EVENT_DNSBL, PATTERNS_ANY, "\\b(dns-?bl|rbl|rhsbl|dbl|surbl|uribl)s?\\b" },
	{ EVENT_DNSBL, PATTERNS_ANY, "\\blisted (at|in|on|by)\\b" },
	{ EVENT_DNSBL, PATTERNS_ANY, "spamhaus" },
	{ EVENT_DNSBL, PATTERNS_ANY,
	  "\\b(spamcop|sorbs|njabl|uceprotect|barracudacentral|psbl|spamrats|abuseat|mailspike|backscatterer|manitu|invaluement|0spam|s5h|dronebl|lashback|wpbl)\\b" },

	/* Before the message, these words describe the host, not what it sent. */
	{ EVENT_SPAM, PATTERNS_SESSION, "\\bspam(mer|mers|ming|trap)?\\b" },

	/* Of a bounce to an address without its signature (BATV), and of the sender's address. */
	{ EVENT_BACKSCATTER, PATTERNS_SESSION, "\\b(reverse[- ]path signature|batv|prvs)\\b" },
	{ EVENT_SENDER, PATTERNS_ANY, "\\breverse[- ]path\\b" },

	{ EVENT_RDNS, PATTERNS_ANY, "\\b(reverse|rdns|fcrdns|ptr)\\b" },
	{ EVENT_RDNS, PATTERNS_ANY, "\\bhost(name)? lookup\\b" },
	{ EVENT_RDNS, PATTERNS_ANY, "\\bdynamic (ip|host|address|pool)\\b" },
	{ EVENT_RDNS, PATTERNS_ANY, "\\bno host ?name\\b" },

	/* C: "HELO should be a FQDN or address literal" */
	{ EVENT_HELO, PATTERNS_ANY, "\\b(helo|ehlo)\\b" },

	/* D: "Unrouteable address", "unknown user". C: "No Such User Here" */
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION, "unrouteable" },
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION, "unroutable" },
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION,
	  "\\b(no such|unknown|invalid|non-?existent|nonexisting|bad|inactive|disabled) (local |virtual )?(user|recipient|mailbox|account|person|local[- ]?part|alias)\\b" },
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION,
	  "\\b(user|recipient|mailbox|account|address|local part) (is |was )?(unknown|invalid|unavailable|not found|rejected|disabled|inactive|not known)\\b" },
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION, "\\b(does ?n[o']t|not) exist\\b" },
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION,
	  "\\bno (mailbox|user|one|account) (here|by|with)\\b" },
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION,
	  "\\bnot (a )?(local|valid) (user|recipient|mailbox)" },
	{ EVENT_UNKNOWN_USER, PATTERNS_SESSION, "\\ball relevant mx records\\b" },

	{ EVENT_AUTH, PATTERNS_SESSION,
	  "\\b(authentication|login|log in|password) (has )?(failed|failure|invalid|incorrect|error)\\b" },

	/* D: "Message headers fail syntax check", "maximum allowed line length is …" */
	{ EVENT_PROTOCOL, PATTERNS_ANY, "\\bsyntax\\b" },
	{ EVENT_PROTOCOL, PATTERNS_ANY, "\\bline length\\b" },
	{ EVENT_PROTOCOL, PATTERNS_ANY, "\\b(nul|null) (character|byte)s?\\b" },
	{ EVENT_PROTOCOL, PATTERNS_ANY, "\\b(synchroni[sz]ation|pipelining|protocol) error\\b" },
	{ EVENT_PROTOCOL, PATTERNS_CONTENT, "\\bmalformed\\b" },

	{ EVENT_TLS, PATTERNS_SESSION,
	  "\\b(tls|starttls|encryption|encrypted)\\b[^<>]{0,24}\\b(require|need|must|only|fail)" },
};

const size_t patterns_known_count = sizeof(patterns_known) / sizeof(patterns_known[0]);
