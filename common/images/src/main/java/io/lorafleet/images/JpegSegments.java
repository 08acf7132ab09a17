// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

import io.lorafleet.images.CheckedImage.Dimensions;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Checks the segments of a JPEG file. Follows the markers as libjpeg does, but does not decode anything.
 *
 * <p>A progressive file can have many scans of a few bytes each, and the decoder processes the whole image for each
 * scan. Therefore, the number of scans and the total number of samples in all scans are limited.
 *
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, annex B</a>
 * @see <a href="https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf">Two issues with the
 *     JPEG standard</a>, the reason for the limits
 */
final class JpegSegments {
    static final byte[] SIGNATURE = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};

    /**
     * Limit on the number of scans. Encoders write 6 to 10. The libjpeg-turbo security report finds it "hard to
     * imagine any real-world application needing more".
     */
    static final int MAX_SCANS = 100;
    /**
     * Limit on the total number of samples in all scans. The limit corresponds to about 20 scans of the largest image
     * with three components at full resolution. Decoding these scans takes a few seconds of CPU time.
     */
    private static final long MAX_SAMPLES = 1L << 30;
    /**
     * Limit on the number of segments other than frames and scans. A profile or metadata of 8 MiB needs 128 segments of
     * 64 KiB each, and each scan needs a few tables.
     */
    private static final int MAX_OTHER_SEGMENTS = 1000;

    private static final int BLOCK = 8;
    private static final int MAX_COMPONENTS = 4;
    private static final int MAX_SAMPLING = 4;

    private static final int RESERVED = 0xBF; // last marker without a meaning in an image
    private static final int SOF0 = 0xC0;
    private static final int SOF2 = 0xC2;
    private static final int DHT = 0xC4;
    private static final int JPG = 0xC8;
    private static final int DAC = 0xCC;
    private static final int SOF15 = 0xCF;
    private static final int RST0 = 0xD0;
    private static final int RST7 = 0xD7;
    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int DNL = 0xDC;
    private static final int DHP = 0xDE;
    private static final int EXP = 0xDF;

    private final ByteBuffer in;
    private final long maxPixels;
    private @Nullable Dimensions size;
    private long samplesOfAScan;
    private int scans;
    private int others;

    private JpegSegments(byte[] file, long maxPixels) {
        this.in = ByteBuffer.wrap(file).position(2); // after SOI
        this.maxPixels = maxPixels;
    }

    /**
     * @return the image size
     * @throws BadImageException if the file is corrupt, too large, or too expensive to decode
     */
    static Dimensions check(byte[] file, long maxPixels) throws BadImageException {
        JpegSegments segments = new JpegSegments(file, maxPixels);
        try {
            segments.walk();
        } catch (BufferUnderflowException | IllegalArgumentException e) { // a segment extends past the end of the file
            throw CheckedImage.damaged();
        }
        if (segments.size == null || segments.scans == 0) {
            throw CheckedImage.damaged();
        }
        return segments.size;
    }

    private void walk() throws BadImageException {
        for (int marker = nextMarker(); marker != EOI; marker = nextMarker()) {
            if (marker <= RESERVED || marker == SOI || marker == DNL || marker == DHP || marker == EXP) {
                throw CheckedImage.damaged(); // DNL would change the height; DHP and EXP start a hierarchical image
            }
            if (marker >= RST0 && marker <= RST7) {
                continue;
            }
            int start = in.position();
            int length = Short.toUnsignedInt(in.getShort());
            if (length < Short.BYTES) { // the length includes its own two bytes
                throw CheckedImage.damaged();
            }
            if (marker == SOS) {
                scan();
            } else if (isFrame(marker)) {
                frame(marker);
            } else {
                atMost("segments in a JPEG apart from its scans", MAX_OTHER_SEGMENTS, ++others);
            }
            in.position(start + length);
        }
    }

    /**
     * Skips a scan's data.
     *
     * @return the next marker; EOI at the end of the file, as in libjpeg
     */
    private int nextMarker() {
        while (in.hasRemaining()) {
            if (in.get() == (byte) 0xFF) {
                int marker = 0xFF;
                while (marker == 0xFF && in.hasRemaining()) { // 0xFF may be repeated as padding
                    marker = Byte.toUnsignedInt(in.get());
                }
                if (marker != 0 && marker != 0xFF) { // FF 00 is a data byte
                    return marker;
                }
            }
        }
        return EOI;
    }

    private static boolean isFrame(int marker) {
        return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
    }

    private void scan() throws BadImageException {
        if (size == null) {
            throw CheckedImage.damaged();
        }
        atMost("scans in a JPEG", MAX_SCANS, ++scans);
        atMost("samples in all scans of a JPEG", MAX_SAMPLES, scans * samplesOfAScan);
    }

    private void frame(int marker) throws BadImageException {
        if (size != null) {
            throw new BadImageException("one frame in a JPEG", "several");
        }
        int precision = in.get();
        int height = Short.toUnsignedInt(in.getShort());
        int width = Short.toUnsignedInt(in.getShort());
        int components = Byte.toUnsignedInt(in.get());
        if (marker > SOF2 || precision != 8 || width == 0 || height == 0) { // height 0: a DNL segment would set it
            throw CheckedImage.damaged();
        }
        if (components < 1 || components > MAX_COMPONENTS) {
            throw new BadImageException("1 to " + MAX_COMPONENTS + " components in a JPEG", String.valueOf(components));
        }
        Dimensions frame = new Dimensions(width, height).atMost(maxPixels);
        samplesOfAScan = samples(frame, components);
        size = frame;
    }

    /**
     * @return the number of samples in the whole frame, which is the cost of any scan, because the decoder outputs the
     *     whole image after each scan
     */
    private long samples(Dimensions frame, int components) throws BadImageException {
        int mostHorizontal = 1;
        int mostVertical = 1;
        long blocksOfAUnit = 0;
        for (int i = 0; i < components; i++) {
            in.get(); // component id
            int sampling = Byte.toUnsignedInt(in.get());
            in.get(); // quantization table
            int horizontal = sampling >> 4;
            int vertical = sampling & 0xF;
            if (horizontal < 1 || horizontal > MAX_SAMPLING || vertical < 1 || vertical > MAX_SAMPLING) {
                throw CheckedImage.damaged();
            }
            mostHorizontal = Math.max(mostHorizontal, horizontal);
            mostVertical = Math.max(mostVertical, vertical);
            blocksOfAUnit += (long) horizontal * vertical;
        }
        long across = ceilDiv(frame.width(), BLOCK * mostHorizontal);
        long down = ceilDiv(frame.height(), BLOCK * mostVertical);
        return across * down * blocksOfAUnit * BLOCK * BLOCK;
    }

    private static int ceilDiv(int value, int by) {
        return (value + by - 1) / by;
    }

    private static void atMost(String what, long most, long found) throws BadImageException {
        if (found > most) {
            throw new BadImageException("at most " + most + " " + what, "more");
        }
    }
}
