create table returns (
  id uuid primary key,
  number bigint generated always as identity,
  order_no varchar(32) not null,
  sku varchar(32) not null,
  quantity integer not null check (quantity > 0),
  created_at timestamp with time zone not null,
  completed_at timestamp with time zone,
  foreign key (order_no, sku) references order_lines
);

-- those not completed, oldest first: what departments look through to catch up
create index returns_by_completion on returns (completed_at, number);

-- what each department did about a return: the key makes it once
create table effects (
  return_id uuid not null references returns,
  department varchar(32) not null,
  kind varchar(32) not null,
  detail varchar(200) not null,
  recorded_at timestamp with time zone not null,
  primary key (return_id, department)
);

-- what inventory plans to put back: a sum, which is wrong if an effect is applied twice, or not at all
create table restock (
  sku varchar(32) primary key,
  units bigint not null
);

insert into restock (sku, units) select distinct sku, 0 from order_lines;
