// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterVersion;

/** The outcome of an upload. */
public sealed interface Upload {
    /** The file is published as a new version. */
    record Published(AdapterVersion version) implements Upload {}

    /** The newest version has the same file and properties. */
    record Unchanged(AdapterVersion version) implements Upload {}

    /** The file exceeds the size limit. */
    record TooLarge(long maxBytes) implements Upload {}

    /** The file is not a usable adapter. */
    record Refused(String reason) implements Upload {}
}
