// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;

/** An adapter reference and the version that it resolves to. */
record ResolvedAdapter(AdapterReference name, AdapterVersion version) {
    boolean isStudent() {
        return version.kind() == Kind.STUDENT;
    }

    boolean isEmbedding() {
        return version.embedding() != null;
    }

    @Override
    public String toString() {
        return version.pinned().toString();
    }
}
