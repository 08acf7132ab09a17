// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Embedding;
import org.jspecify.annotations.Nullable;

/**
 * An adapter version that a request applies to its images.
 *
 * @param adapter adapter version
 * @param scale number by which the adapter's B·A is multiplied
 * @param textEncoder whether the file's tensors for the text encoders are applied when the prompts are encoded, since
 *     version 3 of {@link GenerateImage}; null if not
 * @param triggerWord word in the prompts that an embedding's vectors replace, since version 3; null for an adapter with
 *     updates of layers. An embedding has no scale: the weight of its word in a prompt has the effect
 */
public record AppliedAdapter(
        PinnedAdapter adapter,
        double scale,
        @Nullable Boolean textEncoder,
        @Nullable String triggerWord) {
    public AppliedAdapter {
        Check.present("adapter", adapter);
        Check.range("adapter.scale", -GenerateImage.MAX_ADAPTER_SCALE, GenerateImage.MAX_ADAPTER_SCALE, scale);
        textEncoder = Boolean.TRUE.equals(textEncoder) ? true : null; // one form of each command
        if (triggerWord != null) {
            Embedding.requireTriggerWord("adapter.triggerWord", triggerWord);
            Check.range("adapter.scale of an embedding", 1, 1, scale);
            Check.present("adapter.textEncoder of an embedding", textEncoder);
        }
    }

    /** Applies an adapter that is not an embedding. */
    public AppliedAdapter(PinnedAdapter adapter, double scale, @Nullable Boolean textEncoder) {
        this(adapter, scale, textEncoder, null);
    }

    /** Applies an adapter to the UNet alone. */
    public AppliedAdapter(PinnedAdapter adapter, double scale) {
        this(adapter, scale, null);
    }

    /** Applies an adapter version to the parts of the model that the version changes. */
    public static AppliedAdapter of(AdapterVersion version, double scale) {
        return new AppliedAdapter(
                version.pinned(),
                scale,
                version.changesText(),
                version.embedding() == null ? null : version.embedding().triggerWord());
    }

    /** @return whether the adapter changes how the prompts are encoded */
    public boolean changesText() {
        return textEncoder != null;
    }

    @Override
    public String toString() {
        return triggerWord == null ? adapter + " x " + scale : adapter + " for " + triggerWord;
    }
}
