// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.evaluate;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.distillation.eval.Evaluation.Images;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Pairs of images generated from the same prompt and noise: the teacher's image on the left, the student's on the
 * right.
 */
final class ContactSheet {
    private static final int PAIRS_PER_ROW = 4;
    private static final int MIN_SIDE = 96;
    private static final int GAP = 12;

    private ContactSheet() {}

    /** @param file PNG to write */
    static void write(List<Images> pairs, Path file) throws IOException {
        RgbImage first = pairs.get(0).teacher();
        int zoom = Math.max(1, (MIN_SIDE + first.width() - 1) / first.width());
        int width = zoom * first.width();
        int height = zoom * first.height();
        int columns = Math.min(PAIRS_PER_ROW, pairs.size());
        int rows = (pairs.size() + columns - 1) / columns;
        BufferedImage sheet = new BufferedImage(
                columns * (2 * width + GAP) - GAP, rows * (height + GAP) - GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        for (int i = 0; i < pairs.size(); i++) {
            int x = i % columns * (2 * width + GAP);
            int y = i / columns * (height + GAP);
            graphics.drawImage(pairs.get(i).teacher().toBufferedImage(), x, y, width, height, null);
            graphics.drawImage(pairs.get(i).student().toBufferedImage(), x + width, y, width, height, null);
        }
        graphics.dispose();
        ImageIO.write(sheet, "png", file.toFile());
    }
}
