// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadUpdateListener;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.junit.jupiter.api.Test;

/** Randomly corrupted files: each is decoded or rejected, at a bounded cost. */
class MutatedFilesTest {
    private static final int MUTANTS = 2000;
    private static final long MAX_PIXELS = 1 << 20;

    @Test
    void areDecodedOrRejected() throws IOException {
        List<Map.Entry<String, byte[]>> files =
                new ArrayList<>(SampleFiles.ofEachKind().entrySet());
        int images = 0;
        for (int seed = 0; seed < MUTANTS; seed++) {
            Map.Entry<String, byte[]> file = files.get(seed % files.size());
            byte[] mutant = SampleFiles.mutated(file.getValue(), new Random(seed));
            try {
                CheckedImage checked = CheckedImage.of(mutant, MAX_PIXELS);
                assertThat(passes(file.getKey(), mutant))
                        .as("passes over the image of seed %d", seed)
                        .isLessThanOrEqualTo(JpegSegments.MAX_SCANS);
                BufferedImage image = checked.decode();
                assertThat((long) image.getWidth() * image.getHeight())
                        .as("pixels of seed %d", seed)
                        .isEqualTo((long) checked.width() * checked.height())
                        .isLessThanOrEqualTo(MAX_PIXELS);
                images++;
            } catch (BadImageException e) {
                assertThat(e.expected()).isNotEmpty();
            }
        }
        assertThat(images).as("mutants that are images").isBetween(MUTANTS / 20, MUTANTS - MUTANTS / 20);
    }

    /** @return the number of passes of the JDK's reader over the image, independent of the counted scans */
    private static int passes(String kind, byte[] file) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName(kind.substring(0, kind.indexOf(',')))
                .next();
        PassCounter counter = new PassCounter();
        reader.addIIOReadUpdateListener(counter);
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(in, true, true);
            reader.read(0);
        } catch (IOException | RuntimeException e) {
            // corrupt; only the passes until then count
        } finally {
            reader.dispose();
        }
        return counter.passes;
    }

    private static final class PassCounter implements IIOReadUpdateListener {
        private int passes;

        @Override
        public void passStarted(
                ImageReader source,
                BufferedImage image,
                int pass,
                int minPass,
                int maxPass,
                int minX,
                int minY,
                int periodX,
                int periodY,
                int[] bands) {
            passes++;
        }

        @Override
        public void imageUpdate(
                ImageReader source,
                BufferedImage image,
                int minX,
                int minY,
                int width,
                int height,
                int periodX,
                int periodY,
                int[] bands) {}

        @Override
        public void passComplete(ImageReader source, BufferedImage image) {}

        @Override
        public void thumbnailPassStarted(
                ImageReader source,
                BufferedImage thumbnail,
                int pass,
                int minPass,
                int maxPass,
                int minX,
                int minY,
                int periodX,
                int periodY,
                int[] bands) {}

        @Override
        public void thumbnailUpdate(
                ImageReader source,
                BufferedImage thumbnail,
                int minX,
                int minY,
                int width,
                int height,
                int periodX,
                int periodY,
                int[] bands) {}

        @Override
        public void thumbnailPassComplete(ImageReader source, BufferedImage thumbnail) {}
    }
}
