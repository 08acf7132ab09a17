// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.evaluate;

import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.client.GatewayClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The student to evaluate.
 *
 * @param guidance guidance scale with which the student was distilled; null if unknown
 * @param textEncoder what to do with tensors for a text encoder, because the evaluation encodes prompts without adapters
 */
record StudentArgument(Safetensors file, @Nullable Double guidance, TextEncoderTensors textEncoder) {

    /**
     * @param reference a file, or the {@code NAME} or {@code NAME@VERSION} of an adapter in the fleet
     * @param options the fleet's gateway
     */
    static StudentArgument find(String reference, GatewayOptions options) throws IOException, InterruptedException {
        Path file = Path.of(reference);
        if (Files.exists(file)) {
            return new StudentArgument(Safetensors.open(file), null, TextEncoderTensors.REFUSE);
        }
        if (reference.endsWith(".safetensors")) {
            throw new FleetException("--adapter: file not found: " + reference);
        }
        int at = reference.indexOf('@');
        GatewayClient gateway = options.client();
        AdapterVersion version = gateway.adapter(at < 0 ? reference : reference.substring(0, at))
                .value()
                .version(at < 0 ? null : number(reference, at));
        return new StudentArgument(
                Safetensors.ofAdapter(version.pinned().toString(), gateway.weights(version)),
                version.guidance(),
                version.changesText() ? TextEncoderTensors.REFUSE : TextEncoderTensors.IGNORE);
    }

    private static Integer number(String reference, int at) {
        try {
            return Integer.valueOf(reference.substring(at + 1));
        } catch (NumberFormatException e) {
            throw new FleetException("--adapter: expected a file, NAME or NAME@VERSION, found " + reference);
        }
    }
}
