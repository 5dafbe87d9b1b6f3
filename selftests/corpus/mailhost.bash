# SPDX-License-Identifier: GPL-2.0-only
# An exim in which every kind of rejection can be had by a word in the right place; to be sourced after lab.bash.
# shellcheck shell=bash

# mailhost_configure LOG-SELECTOR MAIN-OPTION...: writes $LAB/exim.conf. Peers' addresses decide before HELO, words afterwards.
mailhost_configure() {
	local selector=$1
	shift
	{
		cat <<-EOF
			primary_hostname = mx.example
			spool_directory = $LAB/spool
			exim_path = $LAB/sbin/exim
			log_file_path = $LAB/log/%slog
			log_selector = $selector
			pid_file_path =
			deliver_drop_privilege
			keep_environment =
			daemon_smtp_ports = 25
			smtp_accept_max = 100
			smtp_accept_max_per_host = 3
			smtp_accept_max_nonmail = 4
			smtp_receive_timeout = 2s
			smtp_max_unknown_commands = 3
			recipients_max = 5
			recipients_max_reject = true
			message_size_limit = 200K
			prdr_enable = true
			pipelining_connect_advertise_hosts =
			rfc1413_query_timeout = 2s
			host_reject_connection = <; 203.0.113.52 ; 2001:db8:113:52::1
			helo_verify_hosts = <; 203.0.113.53 ; 2001:db8:113:53::1
			tls_advertise_hosts = *
			tls_certificate = $LAB/tls.pem
			tls_privatekey = $LAB/tls.key
			tls_try_verify_hosts = *
			tls_verify_certificates = $LAB/tls.pem
			auth_advertise_hosts = *
			remote_max_parallel = 1
			queue_run_in_order
			acl_smtp_connect = connect
			acl_smtp_helo = helo
			acl_smtp_mail = mail
			acl_smtp_auth = auth
			acl_smtp_vrfy = vrfy
			acl_smtp_rcpt = rcpt
			acl_smtp_predata = predata
			acl_smtp_mime = mime
			acl_smtp_data_prdr = prdr
			acl_smtp_data = data
			av_scanner = cmdline:$LAB/scan %s:FOUND:FOUND (.+)
			domainlist local_domains = example.org
		EOF
		printf '%s\n' "$@"
		if [ -n "${SPF-}" ]; then
			echo example >"$LAB/suffixes"
			cat <<-EOF
				dmarc_tld_file = $LAB/suffixes
				acl_smtp_dkim = accept
				CHECK_SPF = warn spf = pass : fail : none
				CHECK_DMARC = warn dmarc_status = accept : reject : none
			EOF
		else
			printf '%s\n' 'CHECK_SPF =' 'CHECK_DMARC ='
		fi
		cat <<-'EOF'
			begin acl
			connect:
			  deny hosts = <; 203.0.113.50 ; 2001:db8:113:50::1
			       message = rejected because $sender_host_address is in a black list at zen.spamhaus.org
			  drop hosts = <; 203.0.113.51 ; 2001:db8:113:51::1
			       message = Go away
			  accept
			helo:
			  deny condition = ${if match{$sender_helo_name}{bad}}
			       message = HELO should be a FQDN or address literal
			  deny condition = ${if match{$sender_helo_name}{refused}}
			       message = not you
			  accept
			mail:
			  deny senders = banned@peer.example
			       message = we do not like you
			  defer senders = later@peer.example
			       message = come back later
			  accept
			auth:
			  deny condition = ${if match{$smtp_command_argument}{^EXTERNAL}}
			       message = not that way
			  accept
			vrfy:
			  accept
			rcpt:
			  accept hosts = :
			  CHECK_SPF
			  defer local_parts = greylisted
			        message = Greylisted, please try again in five minutes
			  deny local_parts = dnsbl
			       message = JunkMail rejected - $sender_host_address is in an RBL
			  deny local_parts = listed
			       log_message = $sender_host_address is listed at bl.spamcop.net
			  deny local_parts = ratelimited
			       message = Sender rate limit exceeded: $sender_rate / $sender_rate_period
			  deny local_parts = rdns
			       message = your host has no reverse DNS
			  deny local_parts = policy
			       message = I know better
			  deny local_parts = quoting
			       message = $sender_address from $sender_helo_name: I know better
			  drop local_parts = dropped
			       message = Too many bad recipients
			  discard local_parts = discarded
			  discard local_parts = trapped
			          log_message = spamtrap
			  defer local_parts = hurried
			        message = Host is ratelimited ($sender_rate/$sender_rate_period)
			  warn senders = warned@peer.example
			       log_message = F=<a@b> rejected RCPT <c@d>: Unknown user
			  deny message = Sender verify failed
			       senders = *@callout.example
			       !verify = sender/callout=5s,defer_ok
			  require verify = sender
			  deny !domains = +local_domains : remote.example
			       message = relay not permitted
			  require verify = recipient
			  accept
			predata:
			  deny senders = predata@peer.example
			       message = no data from you
			  accept
			mime:
			  warn decode = default
			  deny condition = ${if match{$mime_filename}{\N\.(pif|scr)$\N}}
			       message = Blacklisted file extension detected ($mime_filename)
			  accept
			prdr:
			  deny local_parts = bob
			       message = This message contains a virus (for bob)
			  accept
			data:
			  CHECK_DMARC
			  deny malware = *
			       message = This message contains a virus ($malware_name).
			  deny condition = ${if match{$h_subject:}{SPAM}}
			       message = This message scored 12.3 spam points.
			  deny condition = ${if match{$h_subject:}{\N^(Re: )*(Details|Thank you!|My details|Approved)$\N}}
			       message = subject is "$h_subject:"
			  deny condition = ${if match{$h_subject:}{QUOTED}}
			       message = I know better than $h_subject:
			  deny !verify = header_syntax
			       message = Message headers fail syntax check
			  defer condition = ${if match{$h_subject:}{LATER}}
			       message = come back later
			  accept
			begin authenticators
			plain:
			  driver = plaintext
			  public_name = PLAIN
			  server_prompts = :
			  server_condition = ${if eq{$auth3}{right}}
			  server_set_id = $auth2
			  client_send = ^me^secret
			login:
			  driver = plaintext
			  public_name = LOGIN
			  server_prompts = User Name : Password
			  server_condition = ${if eq{$auth1}{broken}{${lookup{x}lsearch{/no/such/file}}}{${if eq{$auth2}{right}}}}
			  server_set_id = $auth1
			begin routers
			remote:
			  driver = manualroute
			  domains = remote.example : callout.example
			  transport = remote
			  route_list = remote.example 203.0.113.200 ; callout.example 203.0.113.200
			down:
			  driver = manualroute
			  domains = down.example
			  transport = remote
			  route_list = down.example 203.0.113.201
			peers:
			  driver = accept
			  domains = peer.example : b.example
			  transport = nowhere
			  verify_only
			forward:
			  driver = redirect
			  domains = example.org
			  local_parts = forward
			  data = x@remote.example, y@down.example
			local:
			  driver = accept
			  domains = example.org
			  local_parts = postmaster : alice : bob
			  transport = file
			begin transports
			nowhere:
			  driver = appendfile
			  file = /dev/null
			remote:
			  driver = smtp
			  hosts_try_auth = *
			  hosts_avoid_tls = *
			  connect_timeout = 2s
			file:
			  driver = appendfile
			  directory = /mnt/lab/mail
			  maildir_format
			  user = Debian-exim
			begin retry
			* * F,1s,1s
		EOF
	} >"$LAB/exim.conf"
}
