// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImageFileTest {
    @Test
    void keepsEveryPixel() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, 0xFF8001);
        image.setRGB(1, 0, 0x0203FE);
        assertThat(ImageFile.decode(ImageUse.INIT_IMAGE, file("png", image)).rgb())
                .containsExactly(0xFF, 0x80, 0x01, 0x02, 0x03, 0xFE);
    }

    @Test
    void dropsTransparencyAndKeepsTheColour() throws IOException {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x40C86432);
        assertThat(ImageFile.decode(ImageUse.INIT_IMAGE, file("png", image)).rgb())
                .containsExactly(0xC8, 0x64, 0x32);
    }

    @Test
    void keepsGrayValues() throws IOException {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, 100);
        assertThat(ImageFile.decode(ImageUse.INIT_IMAGE, file("png", image)).rgb())
                .containsExactly(100, 100, 100);
        BufferedImage deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(0, 0, 0, 100 * 257);
        assertThat(ImageFile.decode(ImageUse.INIT_IMAGE, file("png", deep)).rgb())
                .containsExactly(100, 100, 100);
    }

    @Test
    void readsJpeg() throws IOException {
        BufferedImage image = new BufferedImage(16, 8, BufferedImage.TYPE_INT_RGB);
        assertThat(ImageFile.decode(ImageUse.INIT_IMAGE, file("jpeg", image)).width())
                .isEqualTo(16);
    }

    @Test
    void rejectsAnIncompleteImage() throws IOException {
        byte[] png = file("png", new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB));
        assertThatThrownBy(() -> ImageFile.decode(ImageUse.INIT_IMAGE, new byte[] {1, 2, 3}))
                .hasMessage("init image: expected a PNG or JPEG file, found another format");
        assertThatThrownBy(() -> ImageFile.decode(ImageUse.INIT_IMAGE, Arrays.copyOf(png, png.length / 2)))
                .isInstanceOf(UnusableImageException.class)
                .hasMessageContaining("found one that cannot be decoded");
    }

    @Test
    void rejectsFormatsThatTheGatewayDoesNotAccept() throws IOException {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (String format : List.of("gif", "bmp", "tiff")) {
            byte[] other = file(format, image);
            assertThatThrownBy(() -> ImageFile.decode(ImageUse.INIT_IMAGE, other))
                    .hasMessage("init image: expected a PNG or JPEG file, found another format");
        }
    }

    @Test
    void rejectsAJpegWithTooManyScans() throws IOException {
        byte[] jpeg = file("jpeg", new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY));
        int scan = jpeg.length - 2;
        while (jpeg[scan] != (byte) 0xFF || jpeg[scan + 1] != (byte) 0xDA) {
            scan--;
        }
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.write(jpeg, 0, scan);
        for (int i = 0; i < 101; i++) {
            bomb.write(jpeg, scan, jpeg.length - 2 - scan);
        }
        bomb.write(jpeg, jpeg.length - 2, 2);
        assertThatThrownBy(() -> ImageFile.decode(ImageUse.INIT_IMAGE, bomb.toByteArray()))
                .hasMessage("init image: expected at most 100 scans in a JPEG, found more");
    }

    @Test
    void rejectsAnImageThatIsTooLargeBeforeDecoding() throws IOException {
        byte[] png = file("png", new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB));
        ByteBuffer.wrap(png).putInt(16, 50_000).putInt(20, 50_000); // width and height in the header
        assertThatThrownBy(() -> ImageFile.decode(ImageUse.INIT_IMAGE, png))
                .hasMessage("init image: expected an image of at most 16777216 pixels, found 50000 x 50000");
    }

    private static byte[] file(String format, BufferedImage image) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(image, format, file);
        return file.toByteArray();
    }
}
