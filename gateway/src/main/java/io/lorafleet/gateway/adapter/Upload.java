// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterVersion;

/** What became of an uploaded adapter. */
public sealed interface Upload {
    /** It is a new version, and requests may name it. */
    record Published(AdapterVersion version) implements Upload {}

    /** The newest version is the same already. */
    record Unchanged(AdapterVersion version) implements Upload {}

    /** It is longer than the gateway takes. */
    record TooLarge(long maxBytes) implements Upload {}

    /** It is no adapter. */
    record Refused(String reason) implements Upload {}
}
