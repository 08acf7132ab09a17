// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.distillation.adherence.SceneObject.Shape;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Point2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A shape for comparison with masks. It is rendered with the same area and center of mass as the mask. The shape's
 * proportions are fixed, so masks that are too long or too wide overlap less.
 *
 * @param outline the outline, with center 0 and radius 1
 * @param area area of the outline
 * @param centre center of mass of the outline
 */
record ShapeTemplate(Shape shape, Area outline, double area, Point2D centre) {
    /** Radius at which outlines are measured, in pixels. */
    private static final int MEASURED_RADIUS = 100;

    /** Half the side of the image in which outlines are measured, in pixels. */
    private static final int MEASURED_HALF = 120;

    private static final List<ShapeTemplate> ALL =
            Arrays.stream(Shape.values()).map(ShapeTemplate::of).toList();

    private static ShapeTemplate of(Shape shape) {
        Area outline = ShapeOutlines.of(shape);
        int side = 2 * MEASURED_HALF;
        Mask rendered = render(outline, MEASURED_RADIUS, MEASURED_HALF, MEASURED_HALF, side, side);
        Point2D centre = new Point2D.Double(
                (rendered.centre().getX() - MEASURED_HALF) / MEASURED_RADIUS,
                (rendered.centre().getY() - MEASURED_HALF) / MEASURED_RADIUS);
        return new ShapeTemplate(shape, outline, rendered.count() / Math.pow(MEASURED_RADIUS, 2), centre);
    }

    static ShapeTemplate nearest(Mask mask) {
        return ALL.stream()
                .max(Comparator.comparing(template -> template.overlap(mask)))
                .orElseThrow();
    }

    /** @return the radius, in pixels, at which the shape has the same area as the mask */
    double radius(Mask mask) {
        return Math.sqrt(mask.count() / area);
    }

    /** @return the intersection over union of the mask and the shape, from 0 to 1 */
    double overlap(Mask mask) {
        double radius = radius(mask);
        double x = mask.centre().getX() - radius * centre.getX();
        double y = mask.centre().getY() - radius * centre.getY();
        Mask rendered = render(outline, radius, x, y, mask.width(), mask.height());
        int both = mask.where(rendered::has).count();
        return (double) both / (mask.count() + rendered.count() - both);
    }

    /** @return the pixels that are at least half inside the outline */
    private static Mask render(Area outline, double radius, double x, double y, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        AffineTransform place = AffineTransform.getTranslateInstance(x, y);
        place.scale(radius, radius);
        graphics.fill(place.createTransformedShape(outline));
        graphics.dispose();
        return Mask.of(width, height, pixel -> image.getRaster().getSample(pixel % width, pixel / width, 0) > 127);
    }
}
