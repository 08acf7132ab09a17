// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.diffusion.Psnr;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Reads the pixels and the metadata of PNG files. */
public final class PngReader {
    private static final String FORMAT = "javax_imageio_png_1.0";
    /** The keyword of the text chunk that contains the image's parameters as JSON. */
    private static final String KEYWORD = "lorafleet";

    private PngReader() {}

    /** @return {@code NAME@VERSION} of the adapter in the metadata, or null */
    static @Nullable String adapter(byte[] png) {
        try {
            NodeList texts = ((Element) read(png).getMetadata().getAsTree(FORMAT)).getElementsByTagName("iTXtEntry");
            for (int i = 0; i < texts.getLength(); i++) {
                Element text = (Element) texts.item(i);
                if (text.getAttribute("keyword").equals(KEYWORD)) {
                    byte[] json = text.getAttribute("text").getBytes(StandardCharsets.UTF_8);
                    return AdapterNames.only(Json.read(json, JsonNode.class));
                }
            }
        } catch (IOException e) {
            throw new FleetException("expected a valid PNG: " + e.getMessage());
        }
        throw new FleetException("expected a PNG with the text chunk " + KEYWORD + ", found none");
    }

    /** @return peak signal-to-noise ratio over red, green and blue, in decibels; infinite if the pixels are equal */
    public static double psnr(byte[] one, byte[] other) {
        try {
            return Psnr.of(pixels(one), pixels(other));
        } catch (IOException e) {
            throw new FleetException("expected two valid PNGs: " + e.getMessage());
        }
    }

    private static RgbImage pixels(byte[] png) throws IOException {
        return RgbImage.of((BufferedImage) read(png).getRenderedImage());
    }

    private static IIOImage read(byte[] png) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(png))) {
            reader.setInput(in);
            return reader.readAll(0, null);
        } finally {
            reader.dispose();
        }
    }
}
