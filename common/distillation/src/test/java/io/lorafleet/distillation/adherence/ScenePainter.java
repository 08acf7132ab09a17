// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.distillation.adherence.Scene.Background;
import io.lorafleet.distillation.adherence.Scene.Place;
import io.lorafleet.distillation.adherence.SceneObject.Colour;
import io.lorafleet.distillation.adherence.SceneObject.Size;
import io.lorafleet.distillation.adherence.SceneObject.Texture;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Random;

/**
 * Renders scenes like the training images of the demo model: at four times the size, then scaled down. Attributes that
 * a scene does not name are random.
 */
final class ScenePainter {
    static final int SIDE = 64;
    private static final int LARGE_SIDE = 4 * SIDE;

    private final Random random;
    private final BufferedImage image = new BufferedImage(LARGE_SIDE, LARGE_SIDE, BufferedImage.TYPE_INT_RGB);
    private final Graphics2D graphics = image.createGraphics();

    private ScenePainter(Random random) {
        this.random = random;
    }

    static RgbImage paint(Scene scene, Random random) {
        return new ScenePainter(random).paint(scene);
    }

    static RgbImage plain(Rgb rgb) {
        ScenePainter painter = new ScenePainter(new Random());
        painter.fill(rgb);
        return painter.image();
    }

    private RgbImage paint(Scene scene) {
        fill(orAny(scene.background(), Background.values()).rgb);
        List<SceneObject> objects = scene.objects();
        if (objects.size() == 1) {
            Size size = orAny(objects.get(0).size(), Size.values());
            double room = 0.6 * (0.5 - 1.12 * size.radius);
            paint(objects.get(0), size.radius, 0.5 + jitter(room), 0.5 + jitter(room));
        } else {
            double radius = random.nextBoolean() ? 0.14 : 0.2;
            Place place = orAny(scene.place(), Place.values());
            for (int i = 0; i < 2; i++) {
                double away = i == 0 ? 0.24 : -0.24;
                double x = 0.5 + away * place.right + jitter(0.03);
                double y = 0.5 + away * place.down + jitter(0.03);
                paint(objects.get(i), radius, x, y);
            }
        }
        return image();
    }

    /** @param radius radius as a share of the image side, like x and y */
    private void paint(SceneObject object, double radius, double x, double y) {
        AffineTransform place = AffineTransform.getScaleInstance(LARGE_SIDE, LARGE_SIDE);
        place.translate(x, y);
        place.scale(radius, radius);
        graphics.setClip(place.createTransformedShape(ShapeOutlines.of(object.shape())));
        Colour colour = orAny(object.colour(), Colour.values());
        fill(colour.rgb);
        graphics.setColor(color(colour.light()));
        switch (orAny(object.texture(), Texture.values())) {
            case SOLID -> {}
            case STRIPED -> stripes();
            case DOTTED -> dots();
        }
        graphics.setClip(null);
    }

    private void stripes() {
        int period = LARGE_SIDE / 10;
        graphics.setStroke(new BasicStroke((int) (0.36 * period)));
        for (int x = -LARGE_SIDE; x < 2 * LARGE_SIDE; x += period) {
            graphics.draw(new Line2D.Double(x, LARGE_SIDE, x + LARGE_SIDE, 0));
        }
    }

    private void dots() {
        int period = LARGE_SIDE / 9;
        double radius = 0.24 * period;
        for (int y = period / 2; y < LARGE_SIDE; y += period) {
            for (int x = period / 2; x < LARGE_SIDE; x += period) {
                graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
            }
        }
    }

    private void fill(Rgb rgb) {
        graphics.setColor(color(rgb));
        graphics.fillRect(0, 0, LARGE_SIDE, LARGE_SIDE);
    }

    private static Color color(Rgb rgb) {
        return new Color((int) rgb.red(), (int) rgb.green(), (int) rgb.blue());
    }

    private double jitter(double most) {
        return most * (2 * random.nextDouble() - 1);
    }

    private <T> T orAny(T value, T[] values) {
        return value == null ? values[random.nextInt(values.length)] : value;
    }

    private RgbImage image() {
        byte[] rgb = new byte[3 * LARGE_SIDE * LARGE_SIDE];
        for (int pixel = 0; pixel < LARGE_SIDE * LARGE_SIDE; pixel++) {
            int value = image.getRGB(pixel % LARGE_SIDE, pixel / LARGE_SIDE);
            rgb[3 * pixel] = (byte) (value >> 16);
            rgb[3 * pixel + 1] = (byte) (value >> 8);
            rgb[3 * pixel + 2] = (byte) value;
        }
        return new RgbImage(LARGE_SIDE, LARGE_SIDE, rgb).resized(SIDE, SIDE);
    }
}
