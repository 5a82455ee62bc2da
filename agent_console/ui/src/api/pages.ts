/** A part of a list. `next_cursor`: continues behind it; null: it was the last. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
