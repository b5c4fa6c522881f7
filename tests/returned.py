"""Mails as they come back, in the words of the servers that write them; `TO` is filled in."""

from __future__ import annotations

POSTFIX = """\
Return-Path: <>
Delivered-To: TO
Received: by mx.provider.example (Postfix) id 4F2C41A0; Tue, 13 Oct 2026 09:00:07 +0100 (BST)
Date: Tue, 13 Oct 2026 09:00:07 +0100 (BST)
From: MAILER-DAEMON@mx.provider.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: TO
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B/mx"

This is a MIME-encapsulated message.

--B/mx
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.provider.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<ada@harbour.example>: host mx.harbour.example[192.0.2.7] said: ANSWER
    (in reply to RCPT TO command)

--B/mx
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.provider.example
X-Postfix-Queue-ID: 4F2C41A0
Arrival-Date: Tue, 13 Oct 2026 09:00:05 +0100 (BST)

Final-Recipient: rfc822; ada@harbour.example
Original-Recipient: rfc822;ada@harbour.example
Action: ACTION
Status: STATUS
Remote-MTA: dns; mx.harbour.example
Diagnostic-Code: smtp; ANSWER

--B/mx
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: ATS team <ats@provider.example>
To: Ada Lovelace <ada@harbour.example>
Subject: Your agenda
Status: 5.1.1

--B/mx--
"""

EXIM = """\
Return-path: <>
Envelope-to: TO
X-Failed-Recipients: ada@harbour.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@relay.example>
To: TO
References: <a@provider.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=1760342407-eximdsn-1
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender

--1760342407-eximdsn-1
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ada@harbour.example
    REASON

--1760342407-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; relay.example

Action: failed
Final-Recipient: rfc822;ada@harbour.example
Status: 5.0.0

--1760342407-eximdsn-1
Content-type: message/rfc822

From: ATS team <ats@provider.example>
Subject: Your agenda

Text.

--1760342407-eximdsn-1--
"""

EXIM_BEFORE_REPORTS = """\
Return-path: <>
Envelope-to: TO
X-Failed-Recipients: ada@harbour.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@relay.example>
To: TO
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ada@harbour.example
    REASON

------ This is a copy of the message, including all the headers. ------

From: ATS team <ats@provider.example>
Subject: Your agenda is full of dates
"""

EXCHANGE = """\
From: <postmaster@harbour.example>
To: <TO>
Date: Tue, 13 Oct 2026 08:00:09 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="7b1c7ad4-0c3f-4a7e"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-GB
X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply
Auto-Submitted: auto-generated
Subject: Undeliverable: Your agenda
MIME-Version: 1.0

--7b1c7ad4-0c3f-4a7e
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="22f1"

--22f1
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Delivery has failed to these recipients or groups:

ada@harbour.example<mailto:ada@harbour.example>
The email address you entered couldn't be found.

--22f1
Content-Type: text/html; charset="us-ascii"

<html><body><p>Delivery has failed to these recipients or groups:</p></body></html>

--22f1--

--7b1c7ad4-0c3f-4a7e
Content-Type: message/delivery-status

Reporting-MTA: dns;VI1PR08MB1.eurprd08.prod.example
Received-From-MTA: dns;mx.provider.example
Arrival-Date: Tue, 13 Oct 2026 08:00:08 +0000

Original-Recipient: rfc822;ada@harbour.example
Final-Recipient: rfc822;ada@harbour.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP \
address lookup

--7b1c7ad4-0c3f-4a7e--
"""

QMAIL = """\
Return-Path: <>
Delivered-To: TO
From: MAILER-DAEMON@old.example
To: TO
Subject: failure notice

Hi. This is the qmail-send program at old.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ada@harbour.example>:
REASON

--- Below this line is a copy of the message.

From: ATS team <ats@provider.example>
Subject: Your agenda
"""

#: Of a server that writes no report, and that flufl.bounce does not know.
DAEMON = """\
Return-Path: <>
Delivered-To: TO
From: AUTHOR
To: TO
Subject: SUBJECT
HEADER
Content-Type: text/plain; charset=utf-8

Your mail for ada@harbour.example has come back.
The server there answered:

    REASON

From: ATS team <ats@provider.example>
Received: from mx.provider.example
Subject: Your agenda, and section 5.1.1 of it
"""

VACATION = """\
From: Ada Lovelace <ada@harbour.example>
To: TO
Subject: Automatic reply: Your agenda
HEADER
Content-Type: text/plain; charset=utf-8

I am away until Monday. Mail to my old address does not exist any more: 550 5.1.1 user unknown.
"""

REPLY = """\
From: Ada Lovelace <ada@harbour.example>
To: TO
Subject: Re: Your agenda

Thanks! My colleague's mailbox is full, could you write to her other address?
"""

FEEDBACK = """\
From: <fbl@bigmail.example>
To: TO
Subject: Complaint about message from 192.0.2.1
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="arf"

--arf
Content-Type: text/plain

This is an e-mail abuse report.

--arf
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: ada@harbour.example

--arf
Content-Type: message/rfc822

From: ATS team <ats@provider.example>
Subject: Your agenda

Text.

--arf--
"""

READ_RECEIPT = """\
From: ada@harbour.example
To: TO
Subject: Read: Your agenda
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="mdn"

--mdn
Content-Type: text/plain

Your message was read.

--mdn
Content-Type: message/disposition-notification

Final-Recipient: rfc822;ada@harbour.example
Disposition: automatic-action/MDN-sent-automatically; displayed

--mdn--
"""


def filled(sample: str, to: str, **values: str) -> bytes:
    """Return a sample that came to this address, with these words in it."""
    for name, value in {"TO": to, **values}.items():
        sample = sample.replace(name, value)
    return sample.encode()


def postfix(
    to: str, *, action: str = "failed", status: str = "5.1.1", answer: str | None = None
) -> bytes:
    """Return a notification as Postfix writes it."""
    answer = answer or f"550 {status} <ada@harbour.example>: Recipient address rejected"
    return filled(POSTFIX, to, ACTION=action, STATUS=status, ANSWER=answer)
