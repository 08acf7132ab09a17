// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.worker.Requests;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestImagesTest {
    private static final byte[] BLACK = png(0x000000);
    private static final byte[] WHITE = png(0xFFFFFF);
    private static final PinnedControlNet EDGES = new PinnedControlNet("edges", "ab".repeat(32));

    @TempDir
    private Path directory;

    private BlobStore blobs;
    private RequestImages images;

    @BeforeEach
    void openStore() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        images = new RequestImages(blobs);
    }

    @Test
    void loadsTheImageAndItsMaskInTheSizeOfTheRequest() throws IOException {
        store(BLACK, BLACK);
        store(WHITE, WHITE);
        ImageToImage loaded = images.init(request(BLACK, WHITE));
        assertThat(loaded.image().width()).isEqualTo(64);
        assertThat(loaded.image().height()).isEqualTo(64);
        assertThat(loaded.image().rgb()).containsOnly(0);
        assertThat(loaded.strength()).isEqualTo(0.5);
        assertThat(loaded.mask().repainted()).hasSize(64 * 64).containsOnly(true);
        assertThat(images.init(request(BLACK, null)).mask()).isNull();
        assertThat(images.init(Requests.request().build())).isNull();
    }

    /** No worker uses an image that it has not verified. */
    @Test
    void rejectsAnotherImageThanTheRequestNames() throws IOException {
        store(BLACK, WHITE);
        store(WHITE, WHITE);
        String found = ", found " + Sha256.of(WHITE);
        assertThatThrownBy(() -> images.init(request(BLACK, null)))
                .isInstanceOf(UnusableImageException.class)
                .hasMessage("init image: expected SHA-256 " + Sha256.of(BLACK) + found);
        assertThatThrownBy(() -> images.init(request(WHITE, BLACK)))
                .isInstanceOf(UnusableImageException.class)
                .hasMessage("mask: expected SHA-256 " + Sha256.of(BLACK) + found);
    }

    @Test
    void rejectsAnImageThatIsNotStored() {
        assertThatThrownBy(() -> images.init(request(BLACK, null)))
                .isInstanceOf(UnusableImageException.class)
                .hasMessageStartingWith("init image: expected blob ")
                .hasMessageEndingWith("found none");
    }

    @Test
    void loadsTheConditionImagesInTheOrderOfTheRequest() throws IOException {
        store(BLACK, BLACK);
        store(WHITE, WHITE);
        List<RgbImage> loaded = images.conditions(Requests.request()
                .size(64, 48)
                .control(EDGES, Sha256.of(WHITE), 1)
                .control(EDGES, Sha256.of(BLACK), 1)
                .build());
        assertThat(loaded).extracting(RgbImage::height).containsExactly(48, 48);
        assertThat(loaded.get(0).rgb()).containsOnly(-1);
        assertThat(loaded.get(1).rgb()).containsOnly(0);
        assertThat(images.conditions(Requests.star())).isEmpty();
    }

    @Test
    void namesTheConditionImageThatItRejects() throws IOException {
        store(WHITE, WHITE);
        store(BLACK, WHITE);
        GenerateImage request = Requests.request()
                .control(EDGES, Sha256.of(WHITE), 1)
                .control(EDGES, Sha256.of(BLACK), 1)
                .build();
        assertThatThrownBy(() -> images.conditions(request))
                .isInstanceOf(UnusableImageException.class)
                .hasMessage("controls[1].image: expected SHA-256 " + Sha256.of(BLACK) + ", found " + Sha256.of(WHITE));
    }

    /** @param named image whose key is used */
    private void store(byte[] named, byte[] content) throws IOException {
        blobs.putIfAbsent(BlobKeys.initImage(Sha256.of(named)), content);
    }

    private static GenerateImage request(byte[] image, byte[] mask) {
        InitImageMask named = mask == null ? null : new InitImageMask(Sha256.of(mask), false);
        return Requests.request()
                .size(64, 64)
                .image(new InitImage(Sha256.of(image), 0.5, named))
                .build();
    }

    private static byte[] png(int color) {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64; i++) {
            image.setRGB(i % 8, i / 8, color);
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return file.toByteArray();
    }
}
