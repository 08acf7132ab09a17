// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckedImageTest {
    private static final long MAX_PIXELS = 4096L * 4096;

    private final byte[] png = SampleFiles.png(SampleFiles.noise(BufferedImage.TYPE_INT_RGB, 8, 8), false);
    private final byte[] palette = SampleFiles.png(SampleFiles.noise(BufferedImage.TYPE_BYTE_INDEXED, 8, 8), false);
    private final byte[] baseline = SampleFiles.jpeg(SampleFiles.noise(BufferedImage.TYPE_INT_RGB, 8, 8), false);
    private final byte[] progressive = SampleFiles.jpeg(SampleFiles.noise(BufferedImage.TYPE_BYTE_GRAY, 8, 8), true);

    @ParameterizedTest
    @MethodSource("everyKind")
    void decodesToTheSamePixelsAsImageIo(String kind, byte[] file) throws Exception {
        CheckedImage image = CheckedImage.of(file, MAX_PIXELS);
        assertThat(image.width()).isEqualTo(37);
        assertThat(image.height()).isEqualTo(29);
        BufferedImage expected = ImageIO.read(new ByteArrayInputStream(file));
        BufferedImage found = image.decode();
        assertThat(found.getColorModel()).isEqualTo(expected.getColorModel());
        assertThat(found.getRaster().getPixels(0, 0, 37, 29, (int[]) null))
                .isEqualTo(expected.getRaster().getPixels(0, 0, 37, 29, (int[]) null));
    }

    static Stream<Arguments> everyKind() {
        return SampleFiles.ofEachKind().entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @Test
    void rejectsAJpegWithTooManyScans() {
        byte[] large = SampleFiles.jpeg(new BufferedImage(2048, 2048, BufferedImage.TYPE_BYTE_GRAY), true);
        byte[] bomb = SampleFiles.withMoreScans(large, 1000);
        assertThat(bomb.length).isLessThan(40_000);
        isRefused(bomb, "at most 100 scans in a JPEG");
    }

    @Test
    void acceptsTheMaximumNumberOfScans() throws Exception {
        assertThat(CheckedImage.of(SampleFiles.withMoreScans(progressive, 94), MAX_PIXELS)
                        .decode())
                .isNotNull();
        isRefused(SampleFiles.withMoreScans(progressive, 95), "at most 100 scans in a JPEG");
    }

    @Test
    void limitsTheSamplesOfAllScans() {
        byte[] large = SampleFiles.jpeg(new BufferedImage(4096, 4096, BufferedImage.TYPE_BYTE_GRAY), true);
        isRefused(SampleFiles.withMoreScans(large, 70), "at most 1073741824 samples in all scans of a JPEG");
    }

    /** The size in the header counts, because no pixel is decoded. */
    @Test
    void acceptsTheMaximumNumberOfSamples() throws Exception {
        byte[] gray = SampleFiles.withSize(progressive, 4096, 4096); // 2 to the power of 24 samples in each scan
        assertAccepted(SampleFiles.withMoreScans(gray, 64 - scans(gray)));
        isRefused(SampleFiles.withMoreScans(gray, 65 - scans(gray)), "at most 1073741824 samples");
        byte[] color = SampleFiles.withSize(
                SampleFiles.jpeg(SampleFiles.noise(BufferedImage.TYPE_INT_RGB, 16, 16), true), 4095, 4081);
        // 256 x 256 units of 6 blocks: four of the luminance, and one of each chrominance
        int most = (1 << 30) / (256 * 256 * 6 * 64);
        assertAccepted(SampleFiles.withMoreScans(color, most - scans(color)));
        isRefused(SampleFiles.withMoreScans(color, most + 1 - scans(color)), "at most 1073741824 samples");
    }

    private static void assertAccepted(byte[] file) throws BadImageException {
        assertThat(CheckedImage.of(file, MAX_PIXELS)).isNotNull();
    }

    private static int scans(byte[] jpeg) {
        return segments(jpeg, 0xDA);
    }

    private static int segments(byte[] jpeg, int marker) {
        return (int) IntStream.range(0, jpeg.length - 1)
                .filter(i -> jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) marker)
                .count();
    }

    @Test
    void acceptsTheMaximumNumberOfSegments() throws Exception {
        int own = segments(baseline, 0xE0) + segments(baseline, 0xDB) + segments(baseline, 0xC4);
        assertAccepted(SampleFiles.withSegments(baseline, 0xFE, new byte[0], 1000 - own));
        isRefused(SampleFiles.withSegments(baseline, 0xFE, new byte[0], 1001 - own), "at most 1000 segments");
    }

    @Test
    void acceptsTheMaximumNumberOfChunks() throws Exception {
        assertAccepted(SampleFiles.withChunks(png, "tEXt", new byte[0], 1000));
        assertAccepted(SampleFiles.withChunks(png, "IDAT", new byte[0], 100_000 - 1));
        isRefused(SampleFiles.withChunks(png, "IDAT", new byte[0], 100_000), "at most 100000 data chunks in a PNG");
    }

    /** A row of eight RGB pixels has 24 bytes. */
    @Test
    void acceptsTheMaximumNumberOfDataBytes() throws Exception {
        int most = 2 * 8 * (24 + 8) + 4096;
        int own = png.length - 8 - 25 - 12 - 12; // the signature, IHDR, IEND, and the frame of IDAT
        assertAccepted(SampleFiles.withChunks(png, "IDAT", new byte[most - own], 1));
        isRefused(SampleFiles.withChunks(png, "IDAT", new byte[most - own + 1], 1), "at most " + most + " bytes");
    }

    @Test
    void acceptsTheMaximumNumberOfPixels() throws Exception {
        for (byte[] file : new byte[][] {png, baseline}) {
            assertThat(CheckedImage.of(file, 64).width()).isEqualTo(8);
            assertThatThrownBy(() -> CheckedImage.of(file, 63))
                    .hasMessageContaining("an image of at most 63 pixels, found 8 x 8");
        }
    }

    @Test
    void rejectsAJpegWithSeveralFrames() {
        int frame = SampleFiles.lastMarker(progressive, 0xC2);
        byte[] again = Arrays.copyOfRange(progressive, frame, frame + 13);
        isRefused(SampleFiles.insert(progressive, frame, again), "one frame in a JPEG");
    }

    @Test
    void rejectsAJpegWithDeferredHeight() {
        byte[] later = progressive.clone();
        ByteBuffer.wrap(later).putShort(SampleFiles.lastMarker(later, 0xC2) + 5, (short) 0);
        isRefused(later, "a complete PNG or JPEG image");
        isRefused(SampleFiles.withSegments(baseline, 0xDC, new byte[] {127, 127}, 1), "a complete PNG or JPEG image");
    }

    @ParameterizedTest
    @CsvSource({"9, 0", "9, 5", "9, 255"})
    void rejectsAJpegWithAnInvalidNumberOfComponents(int at, int components) {
        byte[] odd = progressive.clone();
        odd[SampleFiles.lastMarker(odd, 0xC2) + at] = (byte) components;
        isRefused(odd, "1 to 4 components in a JPEG");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x01, 0x15, 0x51, 0xFF})
    void rejectsAJpegWithInvalidSampling(int sampling) {
        byte[] odd = progressive.clone();
        odd[SampleFiles.lastMarker(odd, 0xC2) + 11] = (byte) sampling;
        isRefused(odd, "a complete PNG or JPEG image");
    }

    @ParameterizedTest
    @ValueSource(ints = {0xFE, 0xDB, 0xC4, 0xE1})
    void rejectsAJpegWithTooManySegments(int marker) {
        isRefused(SampleFiles.withSegments(baseline, marker, new byte[0], 1001), "at most 1000 segments in a JPEG");
    }

    @Test
    void acceptsAJpegWithSeveralMegabytesOfMetadata() throws Exception {
        byte[] large = SampleFiles.withSegments(baseline, 0xE1, new byte[65_000], 120);
        assertThat(CheckedImage.of(large, MAX_PIXELS).decode().getWidth()).isEqualTo(8);
    }

    @Test
    void rejectsAPngWithMoreDataThanItsPixelsNeed() {
        isRefused(SampleFiles.withChunks(png, "IDAT", new byte[5000], 1), "bytes of data in a PNG of this size");
    }

    @Test
    void acceptsAnUncompressedPng() throws Exception {
        BufferedImage noise = SampleFiles.noise(BufferedImage.TYPE_INT_ARGB, 300, 300);
        assertThat(CheckedImage.of(SampleFiles.png(noise, true), MAX_PIXELS).decode())
                .isNotNull();
    }

    @Test
    void rejectsAPngWithTooManyChunks() {
        isRefused(SampleFiles.withChunks(png, "tEXt", new byte[0], 1001), "at most 1000 chunks in a PNG");
        isRefused(SampleFiles.withChunks(png, "IDAT", new byte[0], 100_001), "at most 100000 data chunks in a PNG");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zTXt", "iTXt", "iCCP"})
    void doesNotInflateTextsAndProfilesOfAPng(String type) throws Exception {
        byte[] name = ("iTXt".equals(type) ? "name\0\1\0\0\0" : "name\0\0").getBytes(US_ASCII);
        byte[] bomb = SampleFiles.insert(SampleFiles.deflated(64 << 20), 0, name);
        for (byte[] file : new byte[][] {png, palette}) {
            byte[] armed = SampleFiles.withChunks(file, type, bomb, 1);
            long before = allocated();
            assertThat(CheckedImage.of(armed, MAX_PIXELS).decode().getWidth()).isEqualTo(8);
            assertThat(allocated() - before).isLessThan(4 << 20);
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @Test
    void rejectsAnImageThatIsTooLarge() {
        byte[] large = png.clone();
        ByteBuffer.wrap(large).putInt(16, 50_000).putInt(20, 50_000);
        isRefused(large, "an image of at most 16777216 pixels, found 50000 x 50000");
        ByteBuffer.wrap(large).putInt(16, -1).putInt(20, -1);
        isRefused(large, "a complete PNG or JPEG image");
    }

    @Test
    void rejectsOtherFormats() throws IOException {
        String expected = "a PNG or JPEG file, found another format";
        isRefused(new byte[0], expected);
        isRefused("GIF89a".getBytes(US_ASCII), expected);
        isRefused("BM".getBytes(US_ASCII), expected);
    }

    private static void isRefused(byte[] file, String expected) {
        assertThatThrownBy(() -> CheckedImage.of(file, MAX_PIXELS))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining(expected);
    }
}
