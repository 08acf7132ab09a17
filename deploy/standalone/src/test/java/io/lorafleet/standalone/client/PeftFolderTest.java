// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.safetensors.SafetensorsHeader;
import io.lorafleet.standalone.FleetException;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeftFolderTest {
    private static final Path FOLDER =
            Path.of("../../common/diffusion/src/test/resources/golden/sd1/lora/peft_folder_patterns");

    @TempDir
    private Path folder;

    @Test
    void combinesTheTwoFilesIntoOne() throws Exception {
        BodyPublisher body = PeftFolder.body(FOLDER);

        byte[] file = bytes(body);

        assertThat(body.contentLength()).isEqualTo(file.length);
        SafetensorsHeader header = SafetensorsHeader.read(new ByteArrayInputStream(file), 1 << 20);
        header.requireFileOf(file.length);
        assertThat(header.tensors().keySet()).allMatch(name -> name.startsWith("unet."));
        assertThat(header.metadata().get("lora_adapter_metadata")).contains("\"unet.use_rslora\":true");
        byte[] weights = Files.readAllBytes(FOLDER.resolve("adapter_model.safetensors"));
        int data = (int) header.dataBytes();
        assertThat(Arrays.copyOfRange(file, file.length - data, file.length))
                .isEqualTo(Arrays.copyOfRange(weights, weights.length - data, weights.length));
    }

    @Test
    void refusesAFolderWithoutAnAdapter() throws Exception {
        assertThatThrownBy(() -> PeftFolder.body(folder))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("found no adapter_config.json");
        Files.writeString(folder.resolve("adapter_config.json"), "{}");
        assertThatThrownBy(() -> PeftFolder.body(folder)).hasMessageContaining("found no adapter_model.safetensors");
        Files.writeString(folder.resolve("adapter_model.safetensors"), "GIF89a, not an adapter");
        assertThatThrownBy(() -> PeftFolder.body(folder))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("header length");
    }

    private static byte[] bytes(BodyPublisher body) {
        BodySubscriber<byte[]> all = BodySubscribers.ofByteArray();
        body.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                all.onSubscribe(subscription);
            }

            @Override
            public void onNext(ByteBuffer item) {
                all.onNext(List.of(item));
            }

            @Override
            public void onError(Throwable failure) {
                all.onError(failure);
            }

            @Override
            public void onComplete() {
                all.onComplete();
            }
        });
        return all.getBody().toCompletableFuture().join();
    }
}
