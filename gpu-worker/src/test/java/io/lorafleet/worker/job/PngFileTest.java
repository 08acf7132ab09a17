// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.diffusion.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PngFileTest {
    private final RgbImage image = new RgbImage(3, 1, new byte[] {(byte) 255, 0, 0, 0, (byte) 128, 0, 1, 2, 3});
    private final Map<String, String> texts = new LinkedHashMap<>(Map.of("parameters", "a \u2605\nSteps: 3, Seed: 7"));

    @Test
    void keepsEveryPixel() throws IOException {
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(PngFile.encode(image, texts)));
        assertThat(read.getWidth()).isEqualTo(3);
        assertThat(read.getHeight()).isEqualTo(1);
        assertThat(read.getRGB(0, 0)).isEqualTo(0xFFFF0000);
        assertThat(read.getRGB(1, 0)).isEqualTo(0xFF008000);
        assertThat(read.getRGB(2, 0)).isEqualTo(0xFF010203);
    }

    @Test
    void keepsTextsInAnyLanguage() throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(PngFile.encode(image, texts))));
        Element root = (Element) reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
        NodeList entries = root.getElementsByTagName("iTXtEntry");
        assertThat(entries.getLength()).isEqualTo(1);
        Element entry = (Element) entries.item(0);
        assertThat(entry.getAttribute("keyword")).isEqualTo("parameters");
        assertThat(entry.getAttribute("text")).isEqualTo(texts.get("parameters"));
    }

    @Test
    void isDeterministic() {
        assertThat(PngFile.encode(image, texts)).isEqualTo(PngFile.encode(image, texts));
    }
}
