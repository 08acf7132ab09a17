// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;

/**
 * The weights of an adapter version that a request needs. The requests for a version whose text encoder part is ignored
 * must not fail because of this part, so the same file can be loaded in two ways.
 *
 * @param pinned adapter version
 * @param textEncoder what to do with the file's tensors for the text encoders
 */
public record AdapterWeights(PinnedAdapter pinned, TextEncoderTensors textEncoder) {

    /** @return the weights that a request needs */
    public static AdapterWeights of(AppliedAdapter applied) {
        return of(applied.adapter(), applied.changesText());
    }

    /** @return the weights that requests for the version need */
    static AdapterWeights of(AdapterVersion version) {
        return of(version.pinned(), version.changesText());
    }

    private static AdapterWeights of(PinnedAdapter pinned, boolean changesText) {
        return new AdapterWeights(pinned, changesText ? TextEncoderTensors.APPLY : TextEncoderTensors.IGNORE);
    }

    /** @return the key in the cache; versions with the same weights have the same key */
    String key() {
        return pinned.sha256() + "/" + textEncoder;
    }

    @Override
    public String toString() {
        return pinned.toString();
    }
}
