/** The files of the tour: a shop in PostgreSQL, its search in SQLite. */

export const schema = {
  config: `import { defineConfig } from 'lockstep'

export default defineConfig({
  stores: {
    app: APP,
    search: { kind: 'sqlite', path: 'data/search.db' },
  },
})
`,
  shop: `create table customers (
  id bigint generated always as identity primary key,
  email text not null unique,
  created_at timestamptz not null default now()
);

create table products (
  id bigint generated always as identity primary key,
  name text not null,
  price_cents integer not null check (price_cents >= 0)
);
`,
  shopDown: `drop table products;
drop table customers;
`,
  orders: `create type order_state as enum ('open', 'paid', 'sent');

create table orders (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customers (id),
  state order_state not null default 'open',
  placed_at timestamptz not null default now()
);

create index orders_customer_id on orders (customer_id);
`,
  ordersDown: `drop table orders;
drop type order_state;
`,
  reviewsBroken: `create table reviews (
  id bigint generated always as identity primary key,
  product_id bigint not null references products (id),
  stars integer not null check (stars between 1 and 5)
);

create index reviews_product_id on reviews (product_id);

create index reviews_author on reviews (author);
`,
  reviews: `create table reviews (
  id bigint generated always as identity primary key,
  product_id bigint not null references products (id),
  author text not null,
  stars integer not null check (stars between 1 and 5)
);

create index reviews_product_id on reviews (product_id);

create index reviews_author on reviews (author);
`,
  documents: `CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  product_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT ''
);
`,
  documentsDown: `DROP TABLE documents;
`,
  fullText: `CREATE VIRTUAL TABLE documents_fts USING fts5 (title, body, content = 'documents', content_rowid = 'id');

CREATE TRIGGER documents_fts_insert AFTER INSERT ON documents BEGIN
  INSERT INTO documents_fts (rowid, title, body) VALUES (new.id, new.title, new.body);
END;

CREATE TRIGGER documents_fts_delete AFTER DELETE ON documents BEGIN
  INSERT INTO documents_fts (documents_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
END;

CREATE TRIGGER documents_fts_update AFTER UPDATE ON documents BEGIN
  INSERT INTO documents_fts (documents_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
  INSERT INTO documents_fts (rowid, title, body) VALUES (new.id, new.title, new.body);
END;
`,
  fullTextDown: `DROP TRIGGER documents_fts_update;
DROP TRIGGER documents_fts_delete;
DROP TRIGGER documents_fts_insert;
DROP TABLE documents_fts;
`,
  tags: `CREATE TABLE tags (
  document_id INTEGER NOT NULL REFERENCES documents (id),
  tag TEXT NOT NULL,
  PRIMARY KEY (document_id, tag)
) WITHOUT ROWID;
`,
  tagsDown: `DROP TABLE tags;
`,
} as const
